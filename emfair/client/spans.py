"""A file in spans, each read by itself: in blocks, so that memory does not grow with it.

What does not belong here: where a span is sent (`parts`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emfair.errors import BadCall, FixityMismatch

BLOCK = 1 << 18
"""Bytes: larger ones wait in the socket, smaller ones cost a turn each."""


@dataclass(frozen=True)
class Span:
    """Bytes of a file from `start`; `number` counts from 1, `name` is the file's for people."""

    path: Path
    name: str
    number: int
    start: int
    size: int

    def blocks(self) -> Iterator[bytes]:
        """Yield its bytes, read anew each time.

        Raises
        ------
        FixityMismatch
            The file ends before the span does.
        BadCall
            It cannot be read.
        """
        left = self.size
        with reading(self.name), self.path.open("rb", buffering=0) as stream:
            stream.seek(self.start)
            while left:
                block = stream.read(min(BLOCK, left))
                if not block:
                    raise changed(self.name, "it has become shorter")
                left -= len(block)
                yield block


def spans(path: Path, name: str, size: int, each: int) -> list[Span]:
    """Return a file of `size` bytes in spans of `each`, the last one shorter.

    >>> [(span.number, span.start, span.size) for span in spans(Path("a"), "a", 5, 2)]
    [(1, 0, 2), (2, 2, 2), (3, 4, 1)]
    >>> [(span.number, span.size) for span in spans(Path("a"), "a", 0, 2)]
    [(1, 0)]
    """
    starts = range(0, max(size, 1), each)
    return [
        Span(path, name, number, start, min(each, size - start))
        for number, start in enumerate(starts, start=1)
    ]


def check_size(path: Path, name: str, size: int) -> None:
    """Refuse a file that has another size than it was described with. Raises `FixityMismatch`."""
    with reading(name):
        found = os.stat(path).st_size  # noqa: PTH116  as quick as it can be: once per small file
    if found != size:
        raise changed(name, f"it has {found} bytes, not {size}")


def changed(name: str, how: str) -> FixityMismatch:
    """Return the error for a file that is not as it was described."""
    return FixityMismatch(
        f"the file has changed since it was read first: {how}.",
        subject=name,
        remedy="Wait until nobody writes it, then deposit again.",
    )


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what goes wrong when a file is read into `BadCall`, from the system's error."""
    try:
        yield
    except OSError as error:
        raise BadCall(
            f"cannot be read ({error.strerror or error}).",
            subject=name,
            remedy="Check that it is still there, and the permissions.",
        ) from error
