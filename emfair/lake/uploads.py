"""An object that arrives in parts: begun, sent in any order, completed, or given up.

A part is kept whole or not at all; what was acknowledged survives a crash of emfair and of its
machine. The caller keeps the `Upload` (the registry does) and hands it back; the store itself knows
which parts are there.

What does not belong here: who may upload, and to which key (`emfair.service`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from emfair.errors import BadCall, FixityMismatch, NotFound

if TYPE_CHECKING:
    from emfair.lake.base import ObjectInfo

_MIB = 1 << 20
_SMALLEST = 16 * _MIB
_USUAL = 32 * _MIB  # of a large file: each part costs requests, a cut loses what is on its way
_SOME = 32  # parts of a file before they grow beyond the smallest: several are sent at once
_PARTS = 9_000  # S3 takes 10,000; a file may grow while it is read


CHANGED = (
    "If the file has changed since its upload began, remove the upload, announce the file again, "
    "and send it; a part that was damaged on its way is replaced where its checksum is named."
)
"""What to do about other bytes than those that are there."""


def part_size(size: int) -> int:
    """Return the bytes of one part of an object of `size` bytes, whole MiB.

    >>> [part_size(size) >> 20 for size in (1, 2**29, 2**30, 2**40)]
    [16, 16, 32, 117]
    """
    least = -(-size // (_PARTS * _MIB)) * _MIB
    return max(_SMALLEST, min(_USUAL, size // (_SOME * _MIB) * _MIB), least)


@dataclass(frozen=True)
class Upload:
    """An upload that has begun.

    Attributes
    ----------
    key : str
        Where the object will appear.
    id : str
        The store's name of the upload; other stores mean nothing by it.
    size, part_size : int
        Bytes of the object, and of each part but the last.
    """

    key: str
    id: str
    size: int
    part_size: int

    @property
    def count(self) -> int:
        """How many parts there are; an empty object has one, which is empty."""
        return max(1, -(-self.size // self.part_size))

    def start_of(self, number: int) -> int:
        """Return where part `number`, counted from 1, begins, in bytes. Raises `BadCall`."""
        if not 1 <= number <= self.count:
            raise BadCall(
                f"there is no part {number}; the upload has parts 1 to {self.count}.",
                subject=self.key,
                remedy="Count the parts from 1, each of the size that was told.",
            )
        return (number - 1) * self.part_size

    def size_of(self, number: int) -> int:
        """Return the bytes of part `number`, counted from 1. Raises `BadCall`."""
        return min(self.part_size, self.size - self.start_of(number))


@dataclass(frozen=True)
class Part:
    """A part that is there: `checksum` is its MD5 on S3 (hexadecimal), else see `part_checksum`."""

    number: int
    size: int
    checksum: str


@dataclass(frozen=True)
class PartTarget:
    """Where a client sends a part: a PUT to `url` with exactly these `headers`, until a time."""

    url: str
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True)
class Abandoned:
    """An upload that nobody has touched since `touched_at`; `store_name` tells it from others.

    Of one that is `whole` only what the store remembers is left, not the object.
    """

    key: str
    id: str
    touched_at: datetime
    whole: bool = False


def store_name(upload_id: str) -> str:
    """Return what the store itself calls an upload: S3 tells nothing of the mark before a colon."""
    return upload_id.rpartition(":")[2]


class Uploads(Protocol):
    """The uploads of one lake.

    Every method raises `Unavailable` when the store does not answer, `BadName` for a key that is no
    relative path, and, where it takes an upload, `NotFound` for one that the store does not know.
    """

    def begin(self, key: str, size: int) -> Upload:
        """Begin an upload of `size` bytes. Whether the key is free is asked at the end."""
        ...

    def part_target(self, upload: Upload, number: int, md5: str) -> PartTarget | None:
        """Return where the client sends a part itself; None if it must come through `put_part`.

        The store refuses other bytes than those that hash to `md5` (32 hexadecimal digits).
        """
        ...

    def put_part(
        self,
        upload: Upload,
        number: int,
        blocks: Iterable[bytes],
        *,
        sha256: str | None = None,
        replaces: str = "",
    ) -> Part:
        """Keep a part, in bounded memory; it is safe when this returns.

        Parts come in any order, and many at a time. The same part again is no error. A part that
        is there with the checksum `replaces` was damaged on its way: this one takes its place.

        Raises
        ------
        FixityMismatch
            The blocks hold more or fewer bytes than the part, or do not hash to `sha256`.
        Conflict
            The part is there with other bytes, or the upload is complete.
        """
        ...

    def parts(self, upload: Upload) -> list[Part]:
        """Return the parts that are there, by number; also after a restart."""
        ...

    def complete(
        self, upload: Upload, *, sha256: str | None = None, replace: bool = False
    ) -> ObjectInfo:
        """Make the object appear, whole or not at all; once it has, again is no error.

        With `replace` it takes the place of another object under its key.

        Raises
        ------
        FixityMismatch
            A part is missing, or the whole does not hash to `sha256` (where the store can tell).
        Conflict
            The key is taken by another object.
        """
        ...

    def abort(self, key: str, upload_id: str) -> None:
        """Give up an upload and free its space; no error if there is none, or it is complete."""
        ...

    def stale(self, before: datetime) -> Iterator[Abandoned]:
        """Yield the uploads that nobody has touched since `before`, for `abort`."""
        ...


def check_complete(upload: Upload, parts: Iterable[Part]) -> None:
    """Raise `FixityMismatch` unless all parts are there, each of its size."""
    sizes = {part.number: part.size for part in parts}
    wrong = [n for n in range(1, upload.count + 1) if sizes.get(n) != upload.size_of(n)]
    if wrong:
        named = ", ".join(map(str, wrong[:10])) + (" …" if len(wrong) > 10 else "")
        raise FixityMismatch(
            f"{len(wrong)} of {upload.count} parts are missing or not whole: {named}.",
            subject=upload.key,
            remedy="Send these parts, then complete the upload again.",
        )


def unknown_upload(key: str) -> NotFound:
    """Return the error for an upload that the store does not know."""
    return NotFound(
        "no such upload: it was given up, or cleaned away after a long silence.",
        subject=key,
        remedy="Remove the upload, announce the file again, and send it.",
    )
