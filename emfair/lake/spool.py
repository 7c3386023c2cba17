"""A part on its way: checked as it passes, or gathered before the store sees a byte of it.

Whoever gathers it first holds no lock while a slow network is read, and a part whose sender falls
silent, or sends something else, harms nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from typing import IO, TypeAlias

from emfair.errors import FixityMismatch
from emfair.lake.disk import disk_errors
from emfair.lake.uploads import Upload
from emfair.model.canonical import BLOCK
from emfair.model.part_checksum import PartDigest

Hash: TypeAlias = "hashlib._Hash"  # noqa: SLF001  its name in the type checkers' stubs


@dataclass(frozen=True)
class Passed:
    """What is known of a part once all its bytes have passed.

    Attributes
    ----------
    checksum
        See `part_checksum`.
    sha256
        The hash of its bytes; None unless it was asked for, or the part is the whole file.
    """

    size: int
    checksum: str
    sha256: Hash | None


@dataclass(frozen=True)
class Spooled:
    """A whole part: a file that stands at its beginning, and what is known of it."""

    file: BufferedRandom
    passed: Passed


def passed(
    upload: Upload,
    number: int,
    blocks: Iterable[bytes],
    sha256: str | None,
    write: Callable[[bytes], object],
) -> Passed:
    """Hand a part's bytes to `write`, and check them on the way.

    Parameters
    ----------
    sha256
        What they must hash to; None if that is not known.

    Raises
    ------
    FixityMismatch
        It is longer or shorter than it should be, or does not hash to `sha256`.
    """
    size, name = upload.size_of(number), _name(upload, number)
    found, digest = 0, PartDigest()
    proof = hashlib.sha256() if sha256 is not None or upload.count == 1 else None
    for block in blocks:
        found += len(block)
        if found > size:
            break  # whatever follows is not read
        digest.update(block)
        if proof is not None:
            proof.update(block)
        with disk_errors(name):
            write(block)
    if found != size:
        told = f"more than {size} bytes" if found > size else f"{found} of {size} bytes"
        raise _damaged(f"{told} arrived.", name)
    if proof is not None and sha256 not in (None, proof.hexdigest()):
        raise _damaged(f"its bytes hash to {proof.hexdigest()}, not to {sha256}.", name)
    return Passed(size, digest.text, proof)


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
        See `passed`.
    """
    name = _name(upload, number)
    with disk_errors(name):
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed below
    with closing_told(file, name):
        found = passed(upload, number, blocks, sha256, file.write)
        with disk_errors(name):
            file.flush()
            file.seek(0)
        yield Spooled(file, found)


@contextmanager
def closing_told(file: BufferedRandom, name: str) -> Iterator[None]:
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


def _name(upload: Upload, number: int) -> str:
    return f"{upload.key}, part {number}"


def _damaged(message: str, name: str) -> FixityMismatch:
    return FixityMismatch(message, subject=name, remedy="Send this part again.")
