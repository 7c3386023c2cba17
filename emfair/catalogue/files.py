"""The index's Parquet files as files of this machine.

A local lake's are where they are. An S3 lake's are copied once: Delta never changes a file, so a
copy is good for ever. What does not belong here: which files count (`delta`).
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from emfair.lake.base import Lake

_UNUSED = 24 * 3600  # seconds since a copy was last wanted; no reader takes that long


def local_files(lake: Lake, keys: Mapping[str, list[str]], cache: Path) -> dict[str, list[Path]]:
    """Return the objects of `keys` as local paths, copied into `cache` where they are remote."""
    if lake.url.startswith("file:"):
        return {name: [Path(lake.locate(key)) for key in found] for name, found in keys.items()}
    copies = {name: [_copy(lake, key, cache) for key in found] for name, found in keys.items()}
    _sweep(cache)
    return copies


def _copy(lake: Lake, key: str, cache: Path) -> Path:
    target = cache / key
    with suppress(FileNotFoundError):
        os.utime(target)  # still wanted
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{secrets.token_hex(8)}.part")
    try:
        with lake.open(key) as source, partial.open("xb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _sweep(cache: Path) -> None:
    """Remove copies that nobody has wanted for a day, and what killed processes left."""
    for path in cache.rglob("*.pa*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _UNUSED:
                path.unlink()
