"""What reading a file may take of memory, and files that would take more, refused before they do.

What does not belong here: the memory that a process may have (`emfair.worker` bounds it), and
readers that read when they are asked for pixels.
"""

from __future__ import annotations

import bz2
import resource
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from emfair.crew import machine_memory
from emfair.errors import TooLarge, UnreadableFile
from emfair.vendor.companions import reach_of_hdf5
from emfair.vendor.hdf5_files import is_hdf5

EAGER = {
    **dict.fromkeys(("EDAX", "Hamamatsu", "Quadstar", "Renishaw", "TriVista"), 10),
    **dict.fromkeys(("MSA", "Impulse", "JobinYvon", "DENS", "Protochips"), 40),
    **dict.fromkeys(("Image", "DigitalSurf"), 60),
    **dict.fromkeys(("Arina", "Delmic", "Topspin"), 4),
    "Phenom": 20,
}
"""Readers without a lazy mode, and how much memory they take for a byte of what they read.

Twice what they took, at their peak, for the real files of RosettaSciIO's tests: of the file's own
bytes, of HDF5's arrays as they are unpacked, of Phenom's stream likewise.
"""
WHOLE = 4
"""The same for a file that a lazy reader could not read, read whole."""


def refuse_too_large(reader: str, path: Path) -> None:
    """Raise `TooLarge` for a file that takes more memory than there is to read whole.

    Raises
    ------
    TooLarge
        It says how much.
    UnreadableFile
        The file is cut off, and its reader would wait for the rest for ever.
    """
    most = memory()
    factor = EAGER.get(reader, WHOLE)
    need = factor * _bytes_of(reader, path, most // factor)
    if need > most:
        raise TooLarge(
            f"would take up to {_shown(need)} of memory, because the {reader} reader reads it "
            f"whole; there are {_shown(most)}.",
            subject=path.name,
            remedy="If it is that large, process it on a machine with more memory; if not, it is "
            "damaged: check that it was transferred whole.",
        )


def memory() -> int:
    """Return the bytes that this process may take: what it is allowed, or the machine has."""
    installed = machine_memory()
    allowed, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return installed if allowed == resource.RLIM_INFINITY else min(allowed, installed)


def is_stored(path: Path, member: str) -> bool:
    """Whether a member of a ZIP archive lies in it as it is, not compressed."""
    try:
        with ZipFile(path) as archive:
            return archive.getinfo(member).compress_type == ZIP_STORED
    except (BadZipFile, KeyError):
        return False


def _bytes_of(reader: str, path: Path, most: int) -> int:
    if reader == "Phenom":
        return _unpacked_bzip2(path, most)
    if reader == "PantaRhei":
        return _unpacked_zip(path)
    if is_hdf5(path):  # the arrays as they are unpacked, of those it leads to as well
        return sum(one.stored + one.virtual for _, one in reach_of_hdf5(path))
    if path.is_dir():
        return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    return path.stat().st_size


def _unpacked_bzip2(path: Path, most: int) -> int:
    """Return the length of what a bzip2 file holds, or `most` and more if it is longer.

    Of a stream without an end RosettaSciIO's Phenom reader waits for the rest for ever.
    """
    length, stream = 0, bz2.BZ2Decompressor()
    with path.open("rb") as file:
        while not stream.eof and length <= most:
            packed = file.read(_PIECE) if stream.needs_input else b""
            if stream.needs_input and not packed:
                raise UnreadableFile("it is cut off: its compressed stream has no end")
            length += len(stream.decompress(packed, _PIECE))
    return length


_PIECE = 1 << 20


def _unpacked_zip(path: Path) -> int:
    with ZipFile(path) as archive:
        return sum(member.file_size for member in archive.infolist())


def _shown(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
