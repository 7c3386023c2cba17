"""Run the corpus: ``python -m bench.corpus [FOLDER ...] [--write FILE] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.corpus.archives import ARCHIVES
from bench.corpus.check import Outcome
from bench.corpus.coverage import document, lines, lost, wrong
from bench.corpus.losses import Loss, known
from bench.corpus.run import run
from emfair.demo.corpus import fetch


def main() -> None:
    """Check every file, print the table; exit 1 if anything did not come out as it should."""
    asked = _arguments()
    if asked.folder:
        table, source = None, ", ".join(map(str, asked.folder))
        folders = [(folder.resolve().name, folder) for folder in asked.folder]
    else:
        table, source = known(), ", ".join(one.requirement for one in ARCHIVES)
        folders = [(one.requirement.split("==")[0], fetch(one)) for one in ARCHIVES]
    with tempfile.TemporaryDirectory() as scratch:
        found = run(folders, Path(scratch))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in found], indent=1), "utf-8")
    if asked.write:
        asked.write.write_text(document(found, table, source), "utf-8")
    sys.exit(_tell(found, table))


def _tell(found: Sequence[Outcome], table: Sequence[Loss] | None) -> bool:
    """Print everything; return whether anything is wrong."""
    print("\n".join(lines(found)))
    if table is None:
        print("\n".join(["", "No signal, or not all:", *(f"  {line}" for line in lost(found))]))
    bad = list(wrong(found, table))
    print("\n".join(["", f"{len(bad)} things are wrong", *bad]))
    return bool(bad)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.corpus", description=__doc__)
    parser.add_argument("folder", nargs="*", type=Path, help="other real files than PyPI's")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table as Markdown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every outcome")
    return parser.parse_args()


if __name__ == "__main__":
    main()
