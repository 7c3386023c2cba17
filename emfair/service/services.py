"""The stores a process works with, opened once by its composition root."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from emfair.errors import BadSetting
from emfair.lake.base import Lake
from emfair.lake.disk import disk_errors
from emfair.lake.open import open_lake
from emfair.registry.registry import Clock, Registry, open_registry, utc_now
from emfair.service.first_looks import FirstLooks
from emfair.service.kept import Kept
from emfair.settings import Settings

if TYPE_CHECKING:
    from emfair.catalogue.asker import Asker
    from emfair.catalogue.delta import Index
    from emfair.service.arrivals import Arrival


DOCUMENTS = 192 << 20
"""Bytes of documents that are kept read: those of an experiment of some 3,500 measurements."""
READING = 64
"""Documents that are read at once: all that are asked for."""
STALE = 86400.0
"""Seconds after which a file on its way is taken for left behind."""


@dataclass(frozen=True)
class Services:
    """Lake and registry, the clock, a folder for files on their way; looks and documents kept.

    `first_looks` are those into files before the seal, `looks` those into measurements after it.
    """

    settings: Settings
    lake: Lake
    registry: Registry
    now: Clock
    looks: Kept = field(default_factory=Kept, repr=False)
    documents: Kept = field(default_factory=partial(Kept, DOCUMENTS, READING), repr=False)
    first_looks: FirstLooks[Arrival] = field(default_factory=FirstLooks, repr=False)
    _once: Lock = field(default_factory=Lock, repr=False)
    _made: dict[str, Asker] = field(default_factory=dict, repr=False)

    @cached_property
    def index(self) -> Index:
        """The lake's index, opened when it is first asked (pyarrow and deltalake take 0.3 s)."""
        from emfair.catalogue.delta import Index

        return Index(self.lake, self.settings.home / "cache" / "index", clock=self.now)

    @property
    def asker(self) -> Asker:
        """Whoever answers a person's SQL over the index: one, however many threads ask first."""
        return self._asker("people")

    @property
    def searcher(self) -> Asker:
        """Whoever answers emfair's own questions to it: long ones of people hold none of these."""
        return self._asker("searches")

    def _asker(self, name: str) -> Asker:
        from emfair.catalogue.asker import Asker

        with self._once:
            if name not in self._made:
                self._made[name] = Asker(self.index)
        return self._made[name]

    def close(self) -> None:
        """End what was begun on the way; the stores are whoever's opened them."""
        for asker in self._made.values():
            asker.close()
        self.first_looks.close()
        self.looks.close()
        self.documents.close()

    @property
    def scratch(self) -> Path:
        """A folder for files on their way, made if it is not there.

        Raises
        ------
        BadSetting
            Something else lies there, or this account may not write there.
        Unavailable
            The disk is full or does not answer.
        """
        folder = self.settings.scratch
        with disk_errors(str(folder)):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise BadSetting(
                    "is no folder, or leads through a file; files on their way belong there.",
                    subject=str(folder),
                    remedy="Move the file away, then try again.",
                ) from error
        return folder


@contextmanager
def open_services(
    settings: Settings, *, lake: Lake | None = None, now: Clock = utc_now
) -> Iterator[Services]:
    """Open what `settings` name; close it at the end.

    Raises
    ------
    BadSetting
        A URL is wrong.
    Unavailable
        A store does not answer.
    """
    _sweep(settings.scratch)
    store = lake or open_lake(settings.lake)
    with open_registry(settings.registry, now=now) as registry:
        services = Services(settings=settings, lake=store, registry=registry, now=now)
        with closing(services):
            yield services


def _sweep(scratch: Path) -> None:
    """Remove what processes that were killed have left behind, once it is a day old.

    What cannot be removed stays (another process sweeps, too; a folder may be somebody else's):
    it is in nobody's way.
    """
    with suppress(OSError):
        for left in scratch.iterdir():
            with suppress(OSError):
                if time.time() - left.lstat().st_mtime > STALE:
                    _remove(left)


def _remove(left: Path) -> None:
    if left.is_dir() and not left.is_symlink():
        shutil.rmtree(left)
    else:
        left.unlink()
