"""Bytes on their way into a lake: read in blocks, counted and checked on the way.

What does not belong here: where they go (one module per kind of lake).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from emfair.errors import Conflict, EmfairError, FixityMismatch, NotFound, Unavailable
from emfair.lake.base import Blocks, ObjectInfo, Progress
from emfair.model.canonical import BLOCK, sha256_bytes

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True)
class Source:
    """What one call wants to store.

    Attributes
    ----------
    name : str
        How errors call it.
    size : int
        Bytes it held when the call began.
    sha256 : str | None
        What the bytes must hash to, if the caller said so.
    """

    name: str
    size: int
    sha256: str | None
    progress: Progress | None
    _open: Callable[[], BinaryIO]

    def reader(self, sha256: str | None = None) -> SourceReader:
        """Open it once; `sha256` stands in where the caller promised none."""
        with source_errors(self.name):
            stream = self._open()
        return SourceReader(stream, self.name, self.sha256 or sha256, self.progress)

    def digest(self) -> str:
        """Return the SHA-256 promised, or else of the bytes themselves."""
        if self.sha256 is not None:
            return self.sha256
        digest = hashlib.sha256()
        with source_errors(self.name), self._open() as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def settle(self, present: ObjectInfo, digest_of_present: Callable[[], str]) -> ObjectInfo:
        """Accept the object that stands under the key already, if it is this one.

        `digest_of_present` is asked only if the sizes agree.

        Raises
        ------
        Conflict
            It is another one.
        """
        if present.size == self.size and digest_of_present() == self.digest():
            return present
        raise Conflict(
            f"the lake holds another object under this key ({present.size} bytes there, "
            f"{self.size} bytes here).",
            subject=present.key,
            remedy="Objects are immutable: store it under another name.",
        )


class SourceReader:
    """Reads a source once, front to back.

    It has no ``seek`` on purpose: whoever copies from it must take the bytes in order, because
    the digest is checked before the last of them is handed out.
    """

    def __init__(
        self, stream: BinaryIO, name: str, sha256: str | None, progress: Progress | None
    ) -> None:
        self.size = 0
        self._stream = stream
        self._name = name
        self._expected = sha256
        self._digest = hashlib.sha256()
        self._progress = progress

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes in blocks of 1 MiB."""
        while block := self.read(BLOCK):
            yield block

    def read(self, amount: int = -1) -> bytes:
        """Return the next `amount` bytes; fewer only at the end.

        Raises
        ------
        FixityMismatch
            The end is reached, and the bytes read do not hash to what was promised.
        """
        with source_errors(self._name):
            block = self._stream.read(amount)
        self.size += len(block)
        if self._expected is not None:
            self._digest.update(block)
            if amount < 0 or len(block) < amount:
                _check_digest(self._name, self._digest.hexdigest(), self._expected)
        if self._progress is not None and block:
            self._progress(len(block))
        return block


def file_source(path: Path, sha256: str | None, progress: Progress | None) -> Source:
    """Return a file as a source.

    Raises
    ------
    NotFound
        There is no such file, or it is a folder, or it may not be read.
    """
    with source_errors(str(path)), path.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
    return Source(str(path), size, sha256, progress, lambda: path.open("rb"))


def bytes_source(name: str, content: bytes) -> Source:
    """Return bytes as a source."""
    return Source(name, len(content), sha256_bytes(content), None, lambda: io.BytesIO(content))


def blocks_source(name: str, blocks: Blocks, size: int, sha256: str) -> Source:
    """Return bytes that come once as a source, which can be read once."""
    return Source(
        name, size, sha256, None, lambda: io.BufferedReader(_Blocks(name, blocks, size), BLOCK)
    )


def proved(name: str, blocks: Blocks, size: int, sha256: str) -> Blocks:
    """Yield blocks as they come, counted and hashed; the last is held back until all is right.

    Raises
    ------
    FixityMismatch
        They are more or fewer bytes than `size`, or do not hash to `sha256`.
    """
    digest, left = hashlib.sha256(), size
    last: bytes | memoryview = b""
    for block in blocks:
        left -= len(block)
        if left < 0:
            raise _too_many(name)
        digest.update(block)
        if last:
            yield last
        last = block
    if left:
        raise _too_few(name, left)
    _check_digest(name, digest.hexdigest(), sha256)
    yield last


class _Blocks(io.RawIOBase):
    """Reads blocks front to back, and no more than was promised."""

    def __init__(self, name: str, blocks: Blocks, size: int) -> None:
        self._name = name
        self._blocks = iter(blocks)
        self._left = size
        self._block = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._block:
            if (block := next(self._blocks, None)) is None:
                return self._end()
            self._block = memoryview(block)
            self._left -= len(block)
            if self._left < 0:
                raise _too_many(self._name)
        view = memoryview(buffer).cast("B")
        taken = min(len(view), len(self._block))
        view[:taken], self._block = self._block[:taken], self._block[taken:]
        return taken

    def _end(self) -> int:
        if self._left:
            raise _too_few(self._name, self._left)
        return 0


def _too_many(name: str) -> FixityMismatch:
    return FixityMismatch(
        "more bytes arrived than were announced.", subject=name, remedy="Send it again."
    )


def _too_few(name: str, left: int) -> FixityMismatch:
    return FixityMismatch(f"{left} bytes are missing.", subject=name, remedy="Send it again.")


def _check_digest(name: str, found: str, expected: str) -> None:
    if found != expected:
        raise FixityMismatch(
            f"its bytes hash to {found}, not to {expected}.",
            subject=name,
            remedy="It changed meanwhile, or was damaged on the way: send it again.",
        )


@contextmanager
def source_errors(name: str) -> Iterator[None]:
    """Turn the errors of reading the source `name` into emfair's."""
    try:
        yield
    except OSError as error:
        raise _translate(error, name) from error


def _translate(error: OSError, name: str) -> EmfairError:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return NotFound("no such file.", subject=name, remedy="Check the path.")
        case IsADirectoryError():
            return NotFound("is a folder.", subject=name, remedy="Name the files in it.")
        case PermissionError():
            return NotFound(
                "may not be read by this account.",
                subject=name,
                remedy="Grant reading, then retry.",
            )
    return Unavailable(
        f"could not be read: {error.strerror or error}.",
        subject=name,
        remedy="Check the disk or the network drive it lies on, then retry.",
    )
