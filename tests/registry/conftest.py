"""Real databases: each test runs on a SQLite file and on a PostgreSQL of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from emfair.model.deposits import Opened
from emfair.model.manifest import Place, RawFile, Titles
from emfair.registry import ExperimentRow, Registry, open_registry
from emfair.registry.engine import Database, connect
from tests.services import postgres
from tests.services.registries import furnished, migrated


@dataclass
class Clock:
    """A clock that goes one step further each time it is asked."""

    time: datetime = datetime(2026, 1, 22, 12, tzinfo=UTC)
    step: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        """Return the next time."""
        self.time += self.step
        return self.time


@dataclass
class Lab:
    """A scientist who deposits into one registry."""

    registry: Registry
    count: int = field(default=0)

    def files(self, *names: str) -> tuple[RawFile, ...]:
        """Return files whose content is their name."""
        return tuple(
            RawFile(
                name=name,
                path=name,
                size=len(name),
                sha256=hashlib.sha256(name.encode()).hexdigest(),
                modified_at=datetime(2026, 1, 20, 8, tzinfo=UTC),
            )
            for name in names
        )

    def open(self, *names: str, title: str = "Grain boundaries", **other: str) -> Opened:
        """Open a deposit; each call brings an identifier of its own."""
        self.count += 1
        place = Place(
            project=other.get("project", "steel"),
            proposal="p-1",
            sample="s-1",
            experiment=other.get("experiment", f"e-{self.count}"),
        )
        titles = Titles(project="Steel", proposal="First", sample="Lamella", experiment=title)
        return self.registry.deposits.open(
            place, titles, depositor="ada@lab", files=self.files(*(names or ("a.dm4",)))
        )

    def arrive(self, opened: Opened) -> None:
        """Let all files arrive."""
        for path in opened.todo:
            self.registry.deposits.file_done(opened.place.experiment, path)

    def seal(self, experiment: str, *, manifest: int = 1, key: str = "k1") -> ExperimentRow:
        """Seal a deposit."""
        return self.registry.deposits.seal(
            experiment,
            manifest_version=manifest,
            annotations_version=1,
            document="{}",
            author="ada@lab",
            run_key=f"{experiment}:{key}",
        )

    def sealed(self, *names: str, **other: str) -> ExperimentRow:
        """Open a deposit, let its files arrive and seal it."""
        opened = self.open(*names, **other)
        self.arrive(opened)
        return self.seal(opened.place.experiment)

    def annotate(self, experiment: str, expected: int, document: str, key: str) -> ExperimentRow:
        """Edit the annotations."""
        return self.registry.annotations.change(
            experiment,
            expected,
            document=document,
            author="bob@lab",
            reason="voltage was missing",
            run_key=f"{experiment}:{key}",
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> Iterator[str]:
    """URL of an empty database; of a migrated one for who wants a registry too.

    A copy takes a fifth of the time of the migrations.
    """
    wants_registry = "registry" in request.fixturenames
    if request.param == "postgresql":
        with postgres.database(migrated() if wants_registry else "template1") as made:
            yield made
        return
    if wants_registry:
        furnished(tmp_path)
    yield f"sqlite:///{tmp_path}/registry.db"


@pytest.fixture
def database(url) -> Iterator[Database]:
    with closing(connect(url)) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(url, clock) -> Iterator[Registry]:
    with open_registry(url, now=clock) as opened:
        yield opened


@pytest.fixture
def lab(registry) -> Lab:
    return Lab(registry)
