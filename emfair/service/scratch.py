"""Folders for files on their way, and those that processes left behind that were killed.

What does not belong here: what goes into them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

PREFIX = ".emfair-converting-"
MARK = ".of-a-process"
"""A file that stands in each: a folder of a person's, whatever its name, has none."""


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """Yield a new folder below `folder`, removed at the end; remove those of dead processes.

    Who made one holds a lock on it, which ends with the process however that ends. On a disk that
    knows no such locks none but its own is removed.

    Raises
    ------
    OSError
        It cannot be made.
    """
    _sweep(folder)
    own, lock = _made(folder)
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)
        os.close(lock)


def _made(folder: Path) -> tuple[Path, int]:
    """Return a new folder and the lock on it; another one if a sweeper was faster than the lock."""
    while True:
        own = Path(mkdtemp(dir=folder, prefix=PREFIX))
        with suppress(FileNotFoundError):
            lock = os.open(own, os.O_RDONLY | os.O_DIRECTORY)
            with suppress(OSError):  # a disk without locks
                fcntl.flock(lock, fcntl.LOCK_EX)
            if own.exists():
                (own / MARK).touch()
                return own, lock
            os.close(lock)


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{PREFIX}*"):
        if not (left / MARK).is_file():
            continue
        with suppress(OSError):  # its owner lives, is faster, or the disk knows no locks
            lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)
