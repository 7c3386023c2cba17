"""The stores a process works with, opened once by its composition root."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from emfair.lake.base import Lake
from emfair.lake.open import open_lake
from emfair.registry.registry import Clock, Registry, open_registry, utc_now
from emfair.settings import Settings

if TYPE_CHECKING:
    from emfair.catalogue.delta import Index


@dataclass(frozen=True)
class Services:
    """Lake and registry, the clock, and a folder for files on their way."""

    settings: Settings
    lake: Lake
    registry: Registry
    now: Clock

    @cached_property
    def index(self) -> Index:
        """The lake's index, opened when it is first asked (pyarrow and deltalake take 0.3 s)."""
        from emfair.catalogue.delta import Index

        return Index(self.lake, self.settings.home / "cache" / "index", clock=self.now)

    @property
    def scratch(self) -> Path:
        """A folder for files on their way, made if it is not there."""
        self.settings.scratch.mkdir(parents=True, exist_ok=True)
        return self.settings.scratch


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
    store = lake or open_lake(settings.lake)
    with open_registry(settings.registry, now=now) as registry:
        yield Services(settings=settings, lake=store, registry=registry, now=now)
