"""The sealed files of experiments, and which bytes are known already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from emfair.registry import experiment_row
from emfair.registry.audit import Deed, record
from emfair.registry.engine import IN_LIMIT, Database
from emfair.registry.sight import EVERYTHING, Sight, seen_experiments
from emfair.registry.tables import experiment, file


@dataclass(frozen=True)
class FileRow:
    """A sealed file; `modified_at` is None where an earlier emfair sealed it (the manifest says).

    Attributes
    ----------
    manifest_version
        Which deposit into the experiment brought it, counted from 1.
    refuted_at
        When the chain found it missing or different in the lake; None otherwise.
    """

    path: str
    name: str
    size: int
    sha256: str
    modified_at: datetime | None
    manifest_version: int
    refuted_at: datetime | None


@dataclass(frozen=True)
class Duplicate:
    """A file that has these bytes already."""

    sha256: str
    experiment: str
    path: str


_ROW = tuple(column for column in file.c if column.name not in ("experiment", "folded"))


class Files:
    """The sealed files of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def of(self, experiment: str) -> tuple[FileRow, ...]:
        """Return the sealed files of an experiment, by path."""
        query = select(*_ROW).where(file.c.experiment == experiment).order_by(file.c.path)
        with self._database.reading() as connection:
            return tuple(FileRow(**row) for row in connection.execute(query).mappings())

    def find(self, experiment: str, path: str) -> FileRow | None:
        """Return the sealed file at `path`; None if there is none. `path` as `lake_path` says."""
        query = select(*_ROW).where(file.c.experiment == experiment, file.c.path == path)
        with self._database.reading() as connection:
            found = connection.execute(query).mappings().one_or_none()
        return None if found is None else FileRow(**found)

    def known(
        self, checksums: Iterable[str], *, visible: Sight = EVERYTHING
    ) -> tuple[Duplicate, ...]:
        """Return where files with these SHA-256 lie already: of those that someone may see.

        Neither withdrawn experiments count, nor files that the lake is known to lack.
        """
        wanted = sorted(set(checksums))
        query = (
            select(file.c.sha256, file.c.experiment, file.c.path)
            .join(experiment, experiment.c.id == file.c.experiment)
            .where(experiment.c.state != "tombstoned", file.c.refuted_at.is_(None))
            .where(seen_experiments(visible))
            .order_by(file.c.sha256, experiment.c.created_at, file.c.experiment, file.c.path)
        )
        found: list[Duplicate] = []
        with self._database.reading() as connection:
            for start in range(0, len(wanted), IN_LIMIT):
                some = query.where(file.c.sha256.in_(wanted[start : start + IN_LIMIT]))
                found.extend(Duplicate(**row) for row in connection.execute(some).mappings())
        return tuple(found)

    def refute(self, experiment: str, paths: Collection[str]) -> None:
        """Note which files of an experiment the lake lacks, missing or different; no others."""
        now, wrong = self._now(), sorted(paths)
        of = file.c.experiment == experiment
        with self._database.writing() as connection:
            connection.execute(
                update(file).where(of, file.c.refuted_at.is_not(None)).values(refuted_at=None)
            )
            for start in range(0, len(wrong), IN_LIMIT):
                some = file.c.path.in_(wrong[start : start + IN_LIMIT])
                connection.execute(update(file).where(of, some).values(refuted_at=now))

    def refuted(self, experiment: str) -> tuple[str, ...]:
        """Return the paths of those, in order."""
        with self._database.reading() as connection:
            return _refuted(connection, experiment)

    def put_back(self, experiment: str, path: str, *, actor: str) -> tuple[str, ...]:
        """Note that the lake has a file again; return the paths of those that it lacks still."""
        with self._database.writing() as connection:
            experiment_row.hold(connection, experiment)
            connection.execute(
                update(file)
                .where(file.c.experiment == experiment, file.c.path == path)
                .values(refuted_at=None)
            )
            record(
                connection, self._now(), Deed(actor, "file-put-back", experiment, {"path": path})
            )
            return _refuted(connection, experiment)


def _refuted(connection: Connection, experiment: str) -> tuple[str, ...]:
    query = select(file.c.path).where(
        file.c.experiment == experiment, file.c.refuted_at.is_not(None)
    )
    return tuple(connection.execute(query.order_by(file.c.path)).scalars())
