"""Small files that come into a folder's lake together: written first, then forced to disk at once.

While one is written the system writes those before it to disk, so that making sure of them takes
little; their names are made sure of once a folder. What does not belong here: how one file is
written and named (`emfair.lake.disk`, `publish`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from emfair.errors import Conflict, EmfairError
from emfair.lake.base import Blocks, ObjectInfo
from emfair.lake.disk import begin_writing, disk_errors, sync_file, sync_folder, write
from emfair.lake.keys import check_key
from emfair.lake.publish import path_of, publish, taken
from emfair.lake.source import Source, blocks_source, proved

_WAITING = 100
"""Files that wait for their names at a time."""

Temporary = Callable[[str], AbstractContextManager[tuple[Path, BinaryIO]]]
"""Opens a new file for the object of a key; it goes when the block ends."""
Settle = Callable[[Path, str, Source], ObjectInfo | None]
"""Returns what lies at a path already, None if nothing does; raises `Conflict` if it is another."""


@dataclass(frozen=True)
class _Written:
    """A file that is written and has no name yet; `end` removes its temporary one."""

    path: Path
    key: str
    source: Source
    temporary: Path
    end: ExitStack


class Several:
    """See `emfair.lake.base.Put`; objects have their names, and are safe, after `finish`.

    Parameters
    ----------
    root
        The lake's, without links.
    """

    def __init__(self, root: Path, temporary: Temporary, settle: Settle) -> None:
        self._root = root
        self._temporary = temporary
        self._settle = settle
        self._folders = set[Path]()
        self._waiting: dict[Path, _Written] = {}
        self._named = set[str]()
        self.kept = set[str]()

    def __call__(self, key: str, blocks: Blocks, *, size: int, sha256: str) -> ObjectInfo:
        """Store an object; each folder is looked at once."""
        path = self._root / check_key(key)
        if path.parent not in self._folders:
            path = path_of(self._root, key)
            self._folders.add(path.parent)
        if path in self._waiting or len(self._waiting) >= _WAITING:
            self._name()
        source = blocks_source(key, blocks, size, sha256)
        if present := self._settle(path, key, source):
            self._named.add(key)
            return present
        with ExitStack() as stack:
            temporary, target = stack.enter_context(self._temporary(key))
            write(proved(key, blocks, size, sha256), target, key)
            with disk_errors(key):
                begin_writing(target)
                target.close()  # a process may hold so many files, and no more
            end = stack.pop_all()
        self._waiting[path] = _Written(path, key, source, temporary, end)
        return ObjectInfo(key, size)

    def finish(self) -> None:
        """Make all safe.

        Raises
        ------
        Conflict
            Another writer was faster with other bytes; the others are there.
        Unavailable
            The disk did not answer.
        """
        try:
            self._name()
        finally:
            for folder in self._folders:
                with disk_errors(str(folder)), suppress(FileNotFoundError, NotADirectoryError):
                    sync_folder(folder)
            self.kept |= self._named

    def _name(self) -> None:
        """Force what waits to disk, then give it its names."""
        waiting, self._waiting = [*self._waiting.values()], {}
        wrong: EmfairError | None = None
        with ExitStack() as ends:
            for one in waiting:
                ends.enter_context(one.end)
            for one in waiting:
                with disk_errors(one.key):
                    sync_file(one.temporary)
            for one in waiting:
                try:
                    self._publish(one)
                except Conflict as error:
                    wrong = wrong or error
        if wrong is not None:
            raise wrong

    def _publish(self, one: _Written) -> None:
        with disk_errors(one.key):
            new = publish(one.temporary, one.path, self._root, replace=False, force=False)
        if not new and self._settle(one.path, one.key, one.source) is None:
            raise taken(one.key)
        self._named.add(one.key)
