"""Fuzz every reader: ``python -m bench.fuzz [--files N] [--seconds S] [--seed S] [FOLDER ...]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.corpus.archives import ARCHIVES
from bench.fuzz.damage import Damage
from bench.fuzz.report import lines
from bench.fuzz.run import Fuzzer, plan
from bench.fuzz.targets import target_of, targets
from emfair.demo.corpus import fetch


def main() -> None:
    """Damage, convert, judge, print the table; exit 1 if there is a defect."""
    asked = _arguments()
    if asked.make:
        file, damage, folder = asked.make
        print(target_of(Path(file)).damaged(Damage.parse(damage), Path(folder)))
        return
    folders = asked.folder or [fetch(one) for one in ARCHIVES]
    outcomes = []
    with tempfile.TemporaryDirectory() as name, Fuzzer(Path(name)) as fuzzer:
        found = targets(folders, Path(name) / "archives")
        planned = plan(fuzzer.sound(found, asked.files), asked.seed)
        for one in fuzzer.run(planned, asked.seconds):
            outcomes.append(one)
            if sys.stderr.isatty():
                print(f"\r{len(outcomes)} of {len(planned)}", end="", file=sys.stderr, flush=True)
    print("\n".join(lines(outcomes)))
    sys.exit(any(one.defects for one in outcomes))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("folder", nargs="*", type=Path, help="other real files than PyPI's")
    parser.add_argument("--files", type=int, default=2, metavar="N", help="of each format")
    parser.add_argument("--seconds", type=float, default=300, metavar="S", help="begin none after")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of chance damages")
    parser.add_argument("--make", nargs=3, metavar=("FILE", "DAMAGE", "FOLDER"),
                        help="make one damaged file again")  # fmt: skip
    return parser.parse_args()


if __name__ == "__main__":
    main()
