"""A lake in this process' memory: the fake that tests use, under the same contract.

What does not belong here: big files.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from emfair.errors import NotFound
from emfair.lake.base import PAGE, Entry, ObjectInfo, Progress, Put
from emfair.lake.disk import scratch_copy
from emfair.lake.keys import check_key, check_prefix
from emfair.lake.memory_uploads import MemoryUploads
from emfair.lake.one_by_one import OneByOne
from emfair.lake.source import Source, bytes_source, file_source
from emfair.model.canonical import sha256_bytes


class MemoryLake:
    """Objects in a dictionary; every instance is a lake of its own."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}
        self._lock = Lock()
        self.url = "memory://"
        self.uploads = MemoryUploads(self.put_bytes)

    def put_file(
        self,
        key: str,
        source: Path,
        *,
        sha256: str | None = None,
        replace: bool = False,
        progress: Progress | None = None,
    ) -> ObjectInfo:
        """See `Lake.put_file`."""
        return self._put(key, file_source(source, sha256, progress), replace=replace)

    def put_bytes(self, key: str, content: bytes, *, replace: bool = False) -> ObjectInfo:
        """See `Lake.put_bytes`."""
        return self._put(key, bytes_source(key, content), replace=replace)

    @contextmanager
    def several(self) -> Iterator[Put]:
        """See `Lake.several`."""
        yield OneByOne(lambda key, source: self._put(key, source, replace=False))

    def read_bytes(self, key: str) -> bytes:
        """See `Lake.read_bytes`."""
        content = self._objects.get(check_key(key))
        if content is None:
            raise NotFound("no such object in the lake.", subject=key, remedy="Check the key.")
        return content

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        """See `Lake.open`."""
        return io.BytesIO(self.read_bytes(key)[start:end])

    def link(self, key: str) -> None:
        """See `Lake.link`: memory has no addresses."""
        check_key(key)

    def local_copy(self, key: str, scratch: Path) -> AbstractContextManager[Path]:
        """See `Lake.local_copy`."""
        return scratch_copy(self.open(key), key, scratch)

    def info(self, key: str) -> ObjectInfo | None:
        """See `Lake.info`."""
        content = self._objects.get(check_key(key))
        return None if content is None else ObjectInfo(key, len(content))

    def level(self, folder: str, *, after: str = "", limit: int = PAGE) -> list[Entry]:
        """See `Lake.level`."""
        prefix = f"{check_key(folder)}/" if folder else ""
        found: dict[str, int | None] = {}
        for info in self.list(prefix):
            name, slash, _ = info.key.removeprefix(prefix).partition("/")
            found[name + slash] = None if slash else info.size
        names = sorted(name for name in found if name > after)
        return [Entry(name, found[name]) for name in names[:limit]]

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """See `Lake.list`."""
        check_prefix(prefix)
        with self._lock:
            found = [(key, len(content)) for key, content in self._objects.items()]
        return (ObjectInfo(key, size) for key, size in sorted(found) if key.startswith(prefix))

    def delete(self, key: str) -> None:
        """See `Lake.delete`."""
        with self._lock:
            self._objects.pop(check_key(key), None)

    def locate(self, key: str) -> str:
        """See `Lake.locate`: ``memory://`` and the key."""
        return f"{self.url}{check_key(key)}"

    def _put(self, key: str, source: Source, *, replace: bool) -> ObjectInfo:
        check_key(key)
        with source.reader() as reader:
            content = b"".join(reader.blocks())
        with self._lock:
            if replace:
                self._objects[key] = content
            present = self._objects.setdefault(key, content)
        if present is content:
            return ObjectInfo(key, len(content))
        return source.settle(ObjectInfo(key, len(present)), lambda: sha256_bytes(present))
