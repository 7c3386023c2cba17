"""A lake in a directory, on this machine or on a network file system with hard links.

An object is written under ``.tmp``, forced to disk, then linked to its name: linking fails where
the name is taken, so two writers can never overwrite each other. Symbolic links below the root
are not followed.

What does not belong here: which keys are fit (`emfair.lake.keys`).
"""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from emfair.errors import NotFound
from emfair.lake.base import PAGE, Entry, ObjectInfo, Progress, Put
from emfair.lake.disk import disk_errors, write
from emfair.lake.keys import SCRATCH, check_key, check_prefix
from emfair.lake.local_several import Several
from emfair.lake.local_uploads import LocalUploads
from emfair.lake.publish import make_folder, path_of, publish, taken
from emfair.lake.source import Source, bytes_source, file_source
from emfair.lake.span import span
from emfair.model.canonical import sha256_stream

_IMMUTABLE = 0o444
_REPLACEABLE = 0o644
_STALE = 24 * 3600  # seconds since the last write; whoever wrote it is dead


class LocalLake:
    """Objects as files below `root`, which is made by the first write."""

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.realpath(root))
        self._scratch = self._root / SCRATCH
        self._swept = False
        self.url = self._root.as_uri()
        self.uploads = LocalUploads(self._root)

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
        """See `Lake.several`; they get their names at the end, all at once."""
        new = Several(self._root, lambda key: self._temporary(key, _IMMUTABLE), self._present)
        try:
            yield new
        finally:
            new.finish()

    def read_bytes(self, key: str) -> bytes:
        """See `Lake.read_bytes`."""
        with self.open(key) as stream, disk_errors(key):
            return stream.read()

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        """See `Lake.open`."""
        path = self._path(key)
        with disk_errors(key):
            try:
                file = open(path, "rb", opener=_without_links)  # noqa: SIM115  `span` closes it
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
                raise self._missing(key) from error
        return span(file, key, start, end)

    def link(self, key: str) -> None:
        """See `Lake.link`: a folder has no addresses."""
        check_key(key)

    @contextmanager
    def local_copy(self, key: str, scratch: Path) -> Iterator[Path]:  # noqa: ARG002
        """See `Lake.local_copy`; it is the object itself, so `scratch` stays empty."""
        if self.info(key) is None:
            raise self._missing(key)
        yield self._path(key)

    def info(self, key: str) -> ObjectInfo | None:
        """See `Lake.info`."""
        return self._info(self._path(key), key)

    def _info(self, path: Path, key: str) -> ObjectInfo | None:
        with disk_errors(key):
            try:
                found = path.lstat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return ObjectInfo(key, found.st_size) if stat.S_ISREG(found.st_mode) else None

    def level(self, folder: str, *, after: str = "", limit: int = PAGE) -> list[Entry]:
        """See `Lake.level`."""
        start = self._path(folder) if folder else self._root
        prefix = f"{folder}/" if folder else ""
        found = self._within(start, prefix, "")
        page: list[Entry] = []
        for name in sorted(name for name in found if name > after):
            if len(page) == limit:
                break
            if name.endswith("/"):
                page.append(Entry(name, None))
            elif status := _status(found[name], prefix + name):
                modified = datetime.fromtimestamp(status.st_mtime, UTC)
                page.append(Entry(name, status.st_size, modified))
        return page

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """See `Lake.list`."""
        folder, _, begin = check_prefix(prefix).rpartition("/")
        start = self._path(folder) if folder else self._root
        return self._walk(start, f"{folder}/" if folder else "", begin)

    def delete(self, key: str) -> None:
        """See `Lake.delete`; folders that it leaves empty go too."""
        path = self._path(key)
        with disk_errors(key):
            with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
                path.unlink()
            with suppress(OSError):  # the first folder that is not empty ends the pruning
                for folder in path.parents:
                    if folder == self._root:
                        break
                    folder.rmdir()

    def locate(self, key: str) -> str:
        """See `Lake.locate`: the file's path."""
        return str(self._path(key))

    def _path(self, key: str) -> Path:
        return path_of(self._root, key)

    def _missing(self, key: str) -> NotFound:
        return NotFound("no such object in the lake.", subject=key, remedy="Check the key.")

    def _put(self, key: str, source: Source, *, replace: bool) -> ObjectInfo:
        path = self._path(key)
        if not replace and (present := self._present(path, key, source)):
            if source.progress is not None:
                source.progress(source.size)
            return present
        with self._temporary(key, _REPLACEABLE if replace else _IMMUTABLE) as (temporary, target):
            with source.reader() as reader:
                write(reader.blocks(), target, key)
            with disk_errors(key):
                os.fsync(target.fileno())
                published = publish(temporary, path, self._root, replace=replace)
        if published:
            return ObjectInfo(key, reader.size)
        if (present := self._present(path, key, source)) is None:
            raise taken(key)
        return present

    def _present(self, path: Path, key: str, source: Source) -> ObjectInfo | None:
        """Return the object at `path`, which is not followed; None if there is none.

        Raises `Conflict` for another one than `source`.
        """
        present = self._info(path, key)
        return self._settle(present, source) if present else None

    def _settle(self, present: ObjectInfo, source: Source) -> ObjectInfo:
        def digest() -> str:
            with self.open(present.key) as stream, disk_errors(present.key):
                return sha256_stream(stream)

        return source.settle(present, digest)

    @contextmanager
    def _temporary(self, key: str, mode: int) -> Iterator[tuple[Path, BinaryIO]]:
        path = self._scratch / secrets.token_hex(16)
        with disk_errors(key):
            self._sweep()
            try:
                target = _new_file(path, mode)
            except FileNotFoundError:  # somebody has removed the folder
                make_folder(self._scratch, self._root)
                target = _new_file(path, mode)
        try:
            yield path, target
        finally:
            with disk_errors(key):
                path.unlink(missing_ok=True)
                target.close()

    def _sweep(self) -> None:
        """Remove what killed writers left, once in this object's life; uploads keep a folder."""
        if self._swept:
            return
        self._swept = True
        make_folder(self._scratch, self._root)
        for path in self._scratch.iterdir():
            with suppress(FileNotFoundError):
                found = path.lstat()
                if stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > _STALE:
                    path.unlink()

    def _walk(self, folder: Path, prefix: str, begin: str) -> Iterator[ObjectInfo]:
        """Yield what lies in `folder` under names that begin with `begin`.

        A folder's name sorts with its ``/``: only so does this order equal that of whole keys.
        """
        found = self._within(folder, prefix, begin)
        for name in sorted(found):
            if name.endswith("/"):
                yield from self._walk(folder / name, prefix + name, "")
            elif status := _status(found[name], prefix + name):
                yield ObjectInfo(prefix + name, status.st_size)

    def _within(self, folder: Path, prefix: str, begin: str) -> dict[str, os.DirEntry[str]]:
        """Return files, links and folders by name; a folder's ends with ``/``."""
        found: dict[str, os.DirEntry[str]] = {}
        with (
            disk_errors(prefix or str(self._root)),
            suppress(FileNotFoundError, NotADirectoryError),
            os.scandir(folder) as entries,
        ):
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                if entry.name.startswith(begin) and prefix + entry.name != SCRATCH:
                    found[f"{entry.name}/" if is_folder else entry.name] = entry
        return found


def _status(entry: os.DirEntry[str], key: str) -> os.stat_result | None:
    """Return what is known of a file; None for what is no file, or is gone."""
    with disk_errors(key), suppress(FileNotFoundError):
        if entry.is_file(follow_symlinks=False):
            return entry.stat(follow_symlinks=False)
    return None


def _new_file(path: Path, mode: int) -> BinaryIO:
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, mode))


def _without_links(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)
