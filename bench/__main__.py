"""Run the benchmark: ``python -m bench [--only PART] [--quick] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import index, job, large, pages, registry, sensors, small, uploads, validation
from bench.table import Failed, Figure, lines

PARTS: dict[str, Callable[..., Iterator[Figure]]] = {
    "large": large.figures,
    "small": small.figures,
    "validation": validation.figures,
    "job": job.figures,
    "index": index.figures,
    "uploads": uploads.figures,
    "registry": registry.figures,
    "sensors": sensors.figures,
    "pages": pages.figures,
}


def main() -> None:
    """Measure what is asked for, print the table."""
    asked = _arguments()
    cache: Path = asked.cache
    cache.mkdir(parents=True, exist_ok=True)
    found: list[Figure] = []
    for name in asked.only or PARTS:
        print(f"measuring: {name} …", file=sys.stderr, flush=True)
        try:
            found += PARTS[name](cache, quick=asked.quick)
        except Failed as error:
            found.append(Figure(name, "could not be measured", "", None, remark=str(error)))
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    print(f"emfair on {machine}, Python {platform.python_version()}; medians of this run.")
    print("A ratio above 1 says how many times better emfair is than the baseline.\n")
    print("\n".join(lines(found)))
    if asked.json:
        told = {"machine": machine, "figures": [figure.plain() for figure in found]}
        asked.json.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _arguments() -> argparse.Namespace:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=PARTS, help="measure this part; can be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="smaller sizes, for trying")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON, too")
    parser.add_argument(
        "--cache", type=Path, default=base / "emfair" / "bench", metavar="FOLDER",
        help="for the large file, the peer's environment, and what is made meanwhile",
    )  # fmt: skip
    return parser.parse_args()


if __name__ == "__main__":
    main()
