"""What every lake can do.

A key is a relative path with ``/`` between segments (see `emfair.model.paths`). An object is
immutable unless a caller replaces it knowingly; readers see the old object or the new one, never
a part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeAlias

if TYPE_CHECKING:
    from emfair.lake.uploads import Uploads


@dataclass(frozen=True)
class ObjectInfo:
    """An object's key and its size in bytes."""

    key: str
    size: int


@dataclass(frozen=True)
class Entry:
    """What lies directly in a folder: an object with its size, or a folder, whose size is None.

    A folder's name ends with ``/``, as the keys below it go on. `modified` is when an object came
    to be as it is, where the store tells; it makes no other entry of it.
    """

    name: str
    size: int | None
    modified: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Link:
    """An address from which whoever knows it fetches an object, until a time."""

    url: str
    expires_at: datetime


PAGE = 1000
"""Entries of a folder that are told at once."""

Blocks: TypeAlias = "Iterable[bytes | memoryview]"
"""Bytes that come once, front to back."""

Progress = Callable[[int], None]
"""Called with the number of bytes done since the last call."""


class Put(Protocol):
    """Stores an object; raises as `Lake.put_file` does.

    Attributes
    ----------
    kept
        Keys of the objects that are safe: all, once the block of `Lake.several` has ended, even if
        by an error.
    """

    kept: set[str]

    def __call__(self, key: str, blocks: Blocks, *, size: int, sha256: str) -> ObjectInfo:
        """Store the object `key`, whose bytes `blocks` are `size` and hash to `sha256`."""
        ...


class Lake(Protocol):
    """Objects by key.

    Every method raises `emfair.errors.Unavailable` when the store does not answer, and
    `emfair.errors.BadName` for a key that is no relative path.
    """

    url: str

    @property
    def uploads(self) -> Uploads:
        """Objects that arrive in parts."""
        ...

    def put_file(
        self,
        key: str,
        source: Path,
        *,
        sha256: str | None = None,
        replace: bool = False,
        progress: Progress | None = None,
    ) -> ObjectInfo:
        """Copy a file into the lake; the object appears whole or not at all.

        Streams in blocks. With `sha256` the bytes are hashed on the way.

        Raises
        ------
        Conflict
            The key exists and `replace` is false. An object of the same size and, where given,
            the same `sha256` is no conflict: the call is idempotent.
        FixityMismatch
            The bytes read differ from `sha256` (the file changed meanwhile).
        """
        ...

    def put_bytes(self, key: str, content: bytes, *, replace: bool = False) -> ObjectInfo:
        """Store a small object; like `put_file`."""
        ...

    def several(self) -> AbstractContextManager[Put]:
        """Yield what stores objects that come as blocks, one after the other.

        Each like `put_file`, its bytes counted and proved as they pass; of one that is there
        already nothing is read. They are safe when the block ends, and that without an error.
        """
        ...

    def read_bytes(self, key: str) -> bytes:
        """Return a small object whole. Raises `NotFound`."""
        ...

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        """Open an object, or its bytes from `start` up to `end`, for streamed reading.

        Nothing before `start` is read, and nothing from `end` on; beyond the object's end there are
        no bytes. Raises `NotFound`.
        """
        ...

    def link(self, key: str) -> Link | None:
        """Return an address that needs no login; None if the store has none of its own.

        Whether the object is there is not asked. A browser saves what it holds and never shows it.
        """
        ...

    def local_copy(self, key: str, scratch: Path) -> AbstractContextManager[Path]:
        """Yield a path at which the object can be read as a file.

        A local lake yields the object itself (never write to it); others download it below
        `scratch`, and remove it afterwards. Raises `NotFound`.
        """
        ...

    def info(self, key: str) -> ObjectInfo | None:
        """Return the object's size, or None if there is none."""
        ...

    def level(self, folder: str, *, after: str = "", limit: int = PAGE) -> list[Entry]:
        """Return the first `limit` entries of `folder` (empty: the root), in the order of keys.

        What lies deeper is not looked at; where there is no such folder, there are none.

        Parameters
        ----------
        after
            The last name of the page before.
        """
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the objects whose key begins with `prefix`, in the order of their keys."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object; no error if there is none."""
        ...

    def locate(self, key: str) -> str:
        """Return where a person finds the object: a path, or an ``s3://`` URL."""
        ...
