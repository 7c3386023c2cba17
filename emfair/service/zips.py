"""ZIP as a stream: members in, blocks of bytes out, in bounded memory, stored as they are.

Python's own ``zipfile`` writes it, to what cannot be sought in: sizes and checksums then follow
each member, and ZIP64 comes where sizes or numbers need it. zipstream-ng gives members that are no
files the time of the request, and stream-zip wants the CRC-32 of what is stored before it has read
it: the same archive could not be asked for twice, or not without being held in memory.

What does not belong here: which members (`archives`).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

AT_ONCE = 1 << 18
"""Bytes that are handed on together: small members are many."""
_MODE = 0o100644 << 16
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)


@dataclass(frozen=True)
class Member:
    """A file in the archive; ZIP knows no time zone, so that `dated` is written in UTC.

    `size` says whether ZIP64 is needed; the bytes are counted as they come.
    """

    path: str
    size: int
    dated: datetime
    blocks: Iterator[bytes]


def zipped(members: Iterable[Member]) -> Iterator[bytes]:
    """Yield the archive of `members`, each read when its turn comes.

    What a member raises ends the stream before the archive's directory: no program takes what has
    come so far for whole.
    """
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_STORED) as archive:
        for member in members:
            with archive.open(_info(member), "w") as target:
                for block in member.blocks:
                    target.write(block)
                    if len(sink.waiting) >= AT_ONCE:
                        yield sink.take()
    yield sink.take()


def _info(member: Member) -> ZipInfo:
    moment = min(max(member.dated.astimezone(UTC), _FIRST), _LAST)
    info = ZipInfo(member.path, moment.timetuple()[:6])
    info.create_system = 3  # Unix, wherever the server runs
    info.external_attr = _MODE
    info.file_size = member.size
    return info


class _Sink(io.RawIOBase):
    """Where ``zipfile`` writes to, and from which the stream takes."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, block: ReadableBuffer) -> int:
        view = memoryview(block).cast("B")
        self.waiting += view
        return len(view)

    def take(self) -> bytes:
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken
