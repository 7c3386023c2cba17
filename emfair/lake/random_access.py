"""An object of a lake as a file that can be sought: what is read is asked for in ranges.

What does not belong here: streams from the front to the back (`Lake.open`).
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, BinaryIO, cast

from emfair.errors import NotFound
from emfair.lake.base import Lake

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK = 1 << 20
"""Bytes of a range: HDF5's own pieces are small, and each request to a store costs time."""


def random_access(lake: Lake, key: str) -> BinaryIO:
    """Open an object for reading anywhere. Raises `NotFound`."""
    if (info := lake.info(key)) is None:
        raise NotFound("no such object in the lake.", subject=key, remedy="Check the key.")
    return cast("BinaryIO", io.BufferedReader(_Ranges(lake, key, info.size), _BLOCK))


class _Ranges(io.RawIOBase):
    """Reads each piece by a request of its own."""

    def __init__(self, lake: Lake, key: str, size: int) -> None:
        self._lake = lake
        self._key = key
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        end = min(self._at + len(view), self._size)
        if self._at >= end:
            return 0
        with self._lake.open(self._key, self._at, end) as stream:
            piece = stream.read()
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
