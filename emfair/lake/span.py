"""A part of an open file that reads like a whole one.

What does not belong here: opening the file.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from emfair.lake.disk import disk_errors

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def span(file: BinaryIO, name: str, start: int, end: int | None) -> BinaryIO:
    """Return the bytes of `file` from `start` up to `end`; it closes with what is returned."""
    with disk_errors(name):
        file.seek(start)
    if end is None:
        return file
    return io.BufferedReader(_Span(file, name, max(end - start, 0)))


class _Span(io.RawIOBase):
    """Reads `left` bytes of a file from where it stands, once, front to back."""

    def __init__(self, file: BinaryIO, name: str, left: int) -> None:
        self._file = file
        self._name = name
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        with disk_errors(self._name):
            block = self._file.read(min(len(view), self._left))
        view[: len(block)] = block
        self._left -= len(block)
        return len(block)

    def close(self) -> None:
        self._file.close()
        super().close()
