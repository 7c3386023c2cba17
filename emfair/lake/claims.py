"""Who writes which part of an upload: one at a time, here and in other processes.

A claim is a lock on one byte far out in a file that stays empty, a byte for each part of each
upload: exact, and gone with whoever held it. Linux has such locks ("open file description locks",
fcntl(2)), over NFS 4 too; elsewhere all parts share one lock, and nobody tries.

The file's mode follows the umask, as all of a lake does: accounts that share one have a group in
common, umask 002, and a root with the set-group-ID bit. Nobody else may open it: whoever reads a
file can lock it, and so hold up every part.
"""

from __future__ import annotations

import fcntl
import os
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emfair.errors import Busy
from emfair.lake.disk import disk_errors
from emfair.lake.uploads import Upload

PATIENCE = 20.0
"""Seconds; a client waits longer for its answer."""
_TURN = 0.05
_MODE = 0o660
_PART_BITS = 14  # an upload has some 9,000 parts at most


class Claims:
    """The claims in one lake.

    Parameters
    ----------
    folder
        Where the file stands; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "parts.lock"

    @contextmanager
    def held(self, upload: Upload, number: int) -> Iterator[None]:
        """Wait until nobody else writes the part, and keep them off until the block ends.

        Raises
        ------
        Busy
            Someone has not ended for `PATIENCE` seconds.
        """
        file, end = self._opened(upload), time.monotonic() + PATIENCE
        try:
            while not _try(file, upload, number):
                if time.monotonic() > end:
                    raise Busy(
                        "is being sent by someone else.",
                        subject=f"{upload.key}, part {number}",
                        remedy="Wait, ask which parts are there, and send it again if it is not.",
                    )
                time.sleep(_TURN)
            yield
        finally:
            os.close(file)

    @contextmanager
    def tried(self, upload: Upload, number: int) -> Iterator[bool]:
        """Yield whether nobody else writes the part; if so, keep them off until the block ends.

        Where locks are not exact it is always False.
        """
        file = self._opened(upload)
        try:
            yield _EXACT and _try(file, upload, number)
        finally:
            os.close(file)

    def _opened(self, upload: Upload) -> int:
        with disk_errors(upload.key):
            self._path.parent.mkdir(exist_ok=True)
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)


_EXACT = sys.platform == "linux" and hasattr(fcntl, "F_OFD_SETLK")


def _try(file: int, upload: Upload, number: int) -> bool:
    with disk_errors(upload.key):
        try:
            if _EXACT:
                fcntl.fcntl(file, fcntl.F_OFD_SETLK, _byte(upload, number))
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
    return True


def _byte(upload: Upload, number: int) -> bytes:
    """Return ``struct flock`` for a part's byte."""
    start = (int(upload.id[:12], 16) << _PART_BITS) | number
    return struct.pack("hhqqi0q", fcntl.F_WRLCK, os.SEEK_SET, start, 1, 0)
