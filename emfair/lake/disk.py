"""What a local disk can refuse, said in emfair's errors.

What does not belong here: the errors of a source file (`emfair.lake.source`) or of S3.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from emfair.errors import BadName, BadSetting, EmfairError, Unavailable
from emfair.lake.base import Blocks
from emfair.model.canonical import BLOCK

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_UNFIT = {errno.ENOTSUP, errno.EXDEV, errno.EMLINK}


@contextmanager
def disk_errors(subject: str) -> Iterator[None]:
    """Turn an `OSError` of the lake's or the scratch folder's disk into emfair's."""
    try:
        yield
    except OSError as error:
        raise translated(error, subject) from error


def translated(error: OSError, subject: str) -> EmfairError:
    """Return the error that says what `error` means for `subject`, and what to do."""
    said = error.strerror or str(error)
    match error.errno:
        case code if code in _FULL:
            return Unavailable(
                f"the disk is full ({said}).",
                subject=subject,
                remedy="Free space or raise the quota; what was stored before is whole.",
            )
        case code if code in _FORBIDDEN:
            return BadSetting(
                f"this account may not write or read there ({said}).",
                subject=subject,
                remedy="Give the account that runs emfair read and write access to the folder.",
            )
        case code if code in _UNFIT:
            return BadSetting(
                f"the file system cannot publish a file atomically ({said}).",
                subject=subject,
                remedy="Keep the lake on one file system with hard links (ext4, XFS, CephFS, NFS).",
            )
        case errno.ENAMETOOLONG:
            return BadName(
                "the path is too long for this file system.",
                subject=subject,
                remedy="Shorten the file or folder name.",
            )
    return Unavailable(
        f"the disk did not answer ({said}).",
        subject=subject,
        remedy="Check the disk or the network mount, then retry.",
    )


@contextmanager
def scratch_copy(stream: BinaryIO, key: str, scratch: Path) -> Iterator[Path]:
    """Copy `stream` to a folder of its own below `scratch`, which goes when the caller is done.

    The copy keeps the last segment of `key` as its name: vendor readers look at endings.
    """
    with disk_errors(str(scratch)):
        scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="copy-", dir=scratch))
    try:
        path = folder / key.rsplit("/", 1)[-1]
        with stream, disk_errors(str(scratch)), path.open("wb") as target:
            shutil.copyfileobj(stream, target, BLOCK)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def begin_writing(file: BinaryIO) -> None:
    """Let the system write what a file holds to disk, where it can, without waiting for it."""
    if hasattr(os, "posix_fadvise"):  # what is not written yet stays in the cache
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def write(blocks: Blocks, target: BinaryIO, key: str) -> None:
    """Write the object `key` to a file, up to the system's buffers."""
    for block in blocks:
        with disk_errors(key):
            target.write(block)
    with disk_errors(key):
        target.flush()


def sync_file(path: Path) -> None:
    """Make what a file holds survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
