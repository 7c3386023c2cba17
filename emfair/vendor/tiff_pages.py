"""The pages of a TIFF file by their tags: how many bytes each promises, and takes at least.

Both kinds of TIFF, of 32 and of 64 bits. What does not belong here: whether so many bytes are there
(`emfair.vendor.promises`), and reading them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from emfair.errors import UnreadableFile

MOST = 1 << 16
"""Pages of a file that are read: a scan of 256 by 256 positions. It takes minutes already."""
DENSEST = {1: 1, 5: 2_000, 8: 2_000, 32946: 2_000, 32773: 64}
"""How many bytes one byte may stand for, by the number of the compression.

None has none; PackBits repeats a byte up to 128 times for two; LZW and Deflate come to 1,300 and
1,030 at best.
"""
ANY = 100_000
"""The same for all others; no compression that is in use comes near it."""


@dataclass(frozen=True)
class Page:
    """A page's bytes when it is unpacked, and the number of its compression."""

    size: int
    compression: int

    @property
    def densest(self) -> int:
        """How many bytes one byte of it may stand for."""
        return DENSEST.get(self.compression, ANY)

    @property
    def least(self) -> int:
        """Bytes that it takes in the file at least."""
        return -(-self.size // self.densest)


@dataclass(frozen=True)
class _Layout:
    """How a kind of TIFF is written: a table's length, its entries, and the place of the next."""

    length: struct.Struct
    entry: struct.Struct
    place: struct.Struct


def pages_of(path: Path) -> list[Page]:
    """Return the pages of a file up to the first that cannot be found; none of what is no TIFF.

    Raises
    ------
    UnreadableFile
        They are too many.
    """
    with path.open("rb") as file:
        begun = _begun(file)
        return list(_pages(file, *begun)) if begun else []


def _begun(file: BinaryIO) -> tuple[str, _Layout, int] | None:
    """Return the order of the bytes, the layout, and where the first table is."""
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < _SHORTEST:
        return None
    (version,) = struct.unpack_from(f"{order}H", head, 2)
    if version == _BIG and len(head) == 16:
        kind, at = ("Q", "HHQ8s", "Q"), 8
    elif version == _CLASSIC:
        kind, at = ("H", "HHI4s", "I"), 4
    else:
        return None
    layout = _Layout(*(struct.Struct(order + one) for one in kind))
    return order, layout, layout.place.unpack_from(head, at)[0]


_SHORTEST, _CLASSIC, _BIG = 8, 42, 43


def _pages(file: BinaryIO, order: str, layout: _Layout, place: int) -> Iterator[Page]:
    seen: set[int] = set()
    while place and place not in seen:
        seen.add(place)
        if len(seen) > MOST:
            raise UnreadableFile(f"it has more than {MOST:,} pages, more than are read")
        read = _read(file, place, layout.length)
        if read is None or not 0 < read[0] <= _ENTRIES:
            return
        table = file.read(read[0] * layout.entry.size)
        following = file.read(layout.place.size)
        tags: dict[int, int] = {}
        if len(table) == read[0] * layout.entry.size:
            for tag, kind, count, value in layout.entry.iter_unpack(table):
                if tag in _WANTED and kind in _NUMBERS and count:
                    tags.setdefault(tag, _number(file, order, layout, kind, count, value))
        yield _page(tags)
        if len(following) < layout.place.size:
            return
        place = layout.place.unpack(following)[0]


_ENTRIES = 4096
"""Entries of a page's table; what has more is none, and is not read as one by tifffile either."""


def _number(
    file: BinaryIO, order: str, layout: _Layout, kind: int, count: int, value: bytes
) -> int:
    """Return the first number of a tag: it stands in its entry, or where that says."""
    one = struct.Struct(order + _NUMBERS[kind])
    if one.size * count <= len(value):
        return int(one.unpack_from(value)[0])
    read = _read(file, layout.place.unpack(value)[0], one)
    return int(read[0]) if read else 0


def _read(file: BinaryIO, place: int, what: struct.Struct) -> tuple[int, ...] | None:
    try:
        file.seek(place)
    except (OSError, OverflowError, ValueError):  # beyond what any file can have
        return None
    found = file.read(what.size)
    return what.unpack(found) if len(found) == what.size else None


def _page(tags: dict[int, int]) -> Page:
    samples = 1 if tags.get(_KIND) == _YCBCR else max(1, tags.get(_SAMPLES, 1))
    bits = max(1, tags.get(_BITS, 1)) * samples * max(1, tags.get(_DEPTH, 1))
    size = max(0, tags.get(_WIDTH, 0)) * max(0, tags.get(_LENGTH, 0)) * bits // 8
    return Page(size, tags.get(_COMPRESSION, 1))


_WIDTH, _LENGTH, _BITS, _COMPRESSION, _KIND, _SAMPLES, _DEPTH = 256, 257, 258, 259, 262, 277, 32997
_WANTED = {_WIDTH, _LENGTH, _BITS, _COMPRESSION, _KIND, _SAMPLES, _DEPTH}
_YCBCR = 6
"""Colours of which two may stand for several pixels each: only the first counts."""
_NUMBERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
"""Whole numbers, by the type of a tag."""
