"""What is made once for a whole run of tests, however many processes share the work."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path


def once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Return `folder`, which whoever comes first lets `make` fill; others wait, then read."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            new = folder.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)  # of one that failed
            new.mkdir()
            make(new)
            new.rename(folder)
    return folder
