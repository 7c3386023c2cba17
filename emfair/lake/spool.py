"""A part on its way: gathered and checked before the store sees a byte of it.

A part whose sender falls silent, or sends something else, thus never harms what is there, and no
lock is held while a slow network is read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from typing import IO

from emfair.errors import FixityMismatch
from emfair.lake.disk import disk_errors
from emfair.lake.uploads import Upload
from emfair.model.canonical import BLOCK


@dataclass(frozen=True)
class Spooled:
    """A whole part: a file that stands at its beginning, and its SHA-256 in hexadecimal."""

    file: BufferedRandom
    size: int
    sha256: str


@contextmanager
def spooled(
    upload: Upload,
    number: int,
    blocks: Iterable[bytes],
    sha256: str | None,
    folder: Path | None = None,
) -> Iterator[Spooled]:
    """Gather a part in a nameless file in `folder` (by default the system's for such files).

    Raises
    ------
    FixityMismatch
        It is longer or shorter than it should be, or does not hash to `sha256`.
    """
    size, name = upload.size_of(number), f"{upload.key}, part {number}"
    found, digest = 0, hashlib.sha256()
    with disk_errors(name):
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed below
    with _closing(file, name):
        for block in blocks:
            found += len(block)
            if found > size:
                break  # whatever follows is not read
            digest.update(block)
            with disk_errors(name):
                file.write(block)
        if found != size:
            told = f"more than {size} bytes" if found > size else f"{found} of {size} bytes"
            raise _damaged(f"{told} arrived.", name)
        if sha256 not in (None, digest.hexdigest()):
            raise _damaged(f"its bytes hash to {digest.hexdigest()}, not to {sha256}.", name)
        with disk_errors(name):
            file.flush()
            file.seek(0)
        yield Spooled(file, size, digest.hexdigest())


@contextmanager
def _closing(file: BufferedRandom, name: str) -> Iterator[None]:
    """Close a file at the end: what it still holds back may find the disk full."""
    try:
        yield
    finally:
        with disk_errors(name):
            file.close()


def copy(source: BufferedRandom, target: IO[bytes], size: int) -> None:
    """Copy `size` bytes from the beginning of `source` to where `target` stands.

    Inside the system, where it can: on some file systems no byte is moved.
    """
    target.flush()
    start, done = target.tell(), 0
    with suppress(OSError, AttributeError):  # another file system, or another system
        while done < size:
            moved = os.copy_file_range(
                source.fileno(), target.fileno(), size - done, done, start + done
            )
            if not moved:
                break
            done += moved
    if done < size:
        source.seek(done)
        target.seek(start + done)
        shutil.copyfileobj(source, target, BLOCK)
        target.flush()


def _damaged(message: str, name: str) -> FixityMismatch:
    return FixityMismatch(message, subject=name, remedy="Send this part again.")
