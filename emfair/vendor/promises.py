"""How many bytes a header promises, and files that hold fewer, refused before anything is read.

A damaged header can promise anything; some of RosettaSciIO's readers then work for minutes on a
plan for reading it, or ask for terabytes. What does not belong here: files that are sound but too
large (`emfair.vendor.bounds`).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from math import prod
from pathlib import Path

import numpy as np

from emfair.errors import UnreadableFile
from emfair.vendor import empad
from emfair.vendor.hdf5_files import Contents
from emfair.vendor.tiff_pages import pages_of

Promise = tuple[int, int]
"""Bytes that a header promises, and those that are there."""


def refuse_torn(reader: str, path: Path) -> None:
    """Raise `UnreadableFile` if a file ends before the array that its header promises does."""
    if reader in _PROMISES:
        refuse(*_PROMISES[reader](path))


def refuse(promised: int, there: int) -> None:
    """Raise `UnreadableFile` if less is there than is promised."""
    if promised > there:
        raise UnreadableFile(f"its header promises {promised:,} bytes, and {there:,} are there")


def _blockfile(path: Path) -> Promise:
    """Read where the frames begin, their side, and the scan's; each has six bytes before it."""
    with path.open("rb") as file:
        head = file.read(_BLOCKFILE.size)
    if len(head) < _BLOCKFILE.size:
        return _BLOCKFILE.size, len(head)
    start, side, columns, rows = _BLOCKFILE.unpack(head)
    return start + columns * rows * (side * side + 6), path.stat().st_size


_BLOCKFILE = struct.Struct("<12xI4xH2xHH")


def _ripple(path: Path) -> Promise:
    """Read the lines of a Ripple header: a name, white space, a value."""
    lines = re.findall(r"(?m)^\s*([\w-]+)\s+(\S+)\s*$", path.read_text("latin-1"))
    given = {name.lower(): int(value) for name, value in lines if value.isdecimal()}
    sizes = [given.get(name, 0) for name in ("width", "height", "depth", "data-length")]
    same = [one for one in path.parent.iterdir() if one.stem == path.stem]
    raw = next((one for one in same if one.suffix.lower() == ".raw"), path)
    return given.get("offset", 0) + prod(sizes), raw.stat().st_size


def _empad(path: Path) -> Promise:
    """Multiply the frames that are described, and look at the file that is named."""
    described = empad.description_of(path)
    if described is None or not described.frames:
        return 0, 0
    return described.frames * empad.FRAME, (path.parent / described.raw).stat().st_size


def _numpy(path: Path) -> Promise:
    with path.open("rb") as file:
        first = np.lib.format.read_magic(file) == (1, 0)
        shape, _, dtype = (_HEADER_1 if first else _HEADER_2)(file)
        start = file.tell()
    return start + prod(shape) * dtype.itemsize, path.stat().st_size


_HEADER_1, _HEADER_2 = np.lib.format.read_array_header_1_0, np.lib.format.read_array_header_2_0


def _tiff(path: Path) -> Promise:
    """Add up what the pages are when they are unpacked; nothing if so much may be packed there."""
    pages, there = pages_of(path), path.stat().st_size
    promised = sum(page.size for page in pages)
    return (promised, there) if sum(page.least for page in pages) > there else (0, 0)


_PROMISES: dict[str, Callable[[Path], Promise]] = {
    "Blockfile": _blockfile,
    "EMPAD": _empad,
    "Ripple": _ripple,
    "TIFF": _tiff,
    "numpy": _numpy,
}

HOLLOW = 100_000
"""How often a file's length all its arrays may be: no compression that is in use comes near it."""


def refuse_hollow(contents: Contents, there: int) -> None:
    """Raise for an HDF5 file whose arrays stand in it only by name: HDF5 would make up zeros."""
    if contents.stored > HOLLOW * there:
        raise UnreadableFile(f"it promises arrays of {contents.stored:,} bytes, and has {there:,}")


def refuse_made_up(path: Path, size: int) -> None:
    """Raise for a TIFF of which a text says that its arrays have `size` bytes, if they cannot.

    A description of ImageJ's, or tifffile's own, may promise more pages than there are.
    """
    there = path.stat().st_size
    if size > _OF_A_BIT * there * max((page.densest for page in pages_of(path)), default=1):
        raise UnreadableFile(f"it promises arrays of {size:,} bytes, and has {there:,}")


_OF_A_BIT = 8
"""Bytes that a reader makes of each byte of black and white."""
