"""The only file system that a person's SQL sees: the index's files, for reading.

DuckDB's settings alone do not make it read-only. ``allowed_paths`` lets a file be written as well
as read, and since DuckDB 2.0 ``WITH x AS (COPY … TO '…') SELECT …`` counts as a SELECT. Here a
path names a file handed in, under a name of its own (``emfair://facts/0.parquet``), and there is
nothing that writes; DuckDB's own file system stays shut.

Threads of DuckDB share an open file and seek in it, so each has its own position. Costs a tenth
of a query against DuckDB's own file system.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem

PROTOCOL = "emfair"


class ReadOnlyFiles(AbstractFileSystem):  # type: ignore[misc]
    """Some files by virtual name.

    `refused` turns true at the first attempt to write; `lost` says why a file could not be opened.

    Parameters
    ----------
    files : mapping
        From names without the protocol (``facts/0.parquet``) to paths.
    """

    protocol = PROTOCOL
    cachable = False  # an instance a query

    def __init__(self, files: Mapping[str, Path]) -> None:
        super().__init__()
        self._files = dict(files)
        self.refused = False
        self.lost = ""

    def open(self, path: str, mode: str = "rb", **_: Any) -> OpenFile:
        """Open for reading.

        Raises
        ------
        PermissionError
            `mode` is another than ``rb``.
        """
        if mode != "rb":
            self.refused = True
            raise PermissionError("the catalogue is read-only")
        try:
            return OpenFile(self.path(path))
        except OSError as error:
            self.lost = error.strerror or "not in the index"
            raise

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Return the file's name and size."""
        size = self.path(path).stat().st_size
        return {"name": _name(path), "size": size, "type": "file"}

    def exists(self, path: str, **_: Any) -> bool:
        """Whether there is such a file."""
        return _name(path) in self._files

    isfile = exists

    def isdir(self, path: str) -> bool:  # noqa: ARG002
        """Return false: there are no folders."""
        return False

    def glob(self, path: str, **_: Any) -> list[str]:
        """Return the file itself; patterns match nothing."""
        return [_name(path)] if self.exists(path) else []

    def modified(self, path: str) -> datetime:  # noqa: ARG002
        """Return one time for all: Delta never changes a file."""
        return datetime.fromtimestamp(0, UTC)

    def path(self, path: str) -> Path:
        """Return where a file lies. Raises `FileNotFoundError` if there is none of this name."""
        try:
            return self._files[_name(path)]
        except KeyError:
            raise FileNotFoundError(path) from None

    def told(self, text: str) -> str:
        """Return words about files with their names in place of where they lie."""
        for name, path in self._files.items():
            text = text.replace(str(path), name).replace(str(path).removeprefix("/"), name)
        return text


class OpenFile:
    """A file open for reading, with a position for each thread."""

    def __init__(self, path: Path) -> None:
        self._descriptor = -1  # for `__del__`, where opening fails
        self._descriptor = os.open(path, os.O_RDONLY)
        self._size = os.fstat(self._descriptor).st_size
        self._position = threading.local()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set this thread's position."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self._size}[whence]
        self._position.at = start + offset
        return start + offset

    def tell(self) -> int:
        """Return this thread's position."""
        return getattr(self._position, "at", 0)

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, by default all that is left."""
        start = self.tell()
        wanted = max(self._size - start, 0) if size < 0 else size
        content = os.pread(self._descriptor, wanted, start)
        self._position.at = start + len(content)
        return content

    def seekable(self) -> bool:
        """Return true."""
        return True

    def readable(self) -> bool:
        """Return true."""
        return True

    def writable(self) -> bool:
        """Return false."""
        return False

    def close(self) -> None:
        """Close the file; twice is no error."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.close()


def _name(path: str) -> str:
    return path.removeprefix(f"{PROTOCOL}://")
