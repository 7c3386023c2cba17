"""The sealed files of experiments, and which bytes are known already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

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
    """

    path: str
    name: str
    size: int
    sha256: str
    modified_at: datetime | None
    manifest_version: int


@dataclass(frozen=True)
class Duplicate:
    """A file that has these bytes already."""

    sha256: str
    experiment: str
    path: str


_ROW = tuple(column for column in file.c if column.name not in ("experiment", "folded"))


class Files:
    """The sealed files of one registry; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

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

        Withdrawn experiments do not count.
        """
        wanted = sorted(set(checksums))
        query = (
            select(file.c.sha256, file.c.experiment, file.c.path)
            .join(experiment, experiment.c.id == file.c.experiment)
            .where(experiment.c.state != "tombstoned", seen_experiments(visible))
            .order_by(file.c.sha256, experiment.c.created_at, file.c.experiment, file.c.path)
        )
        found: list[Duplicate] = []
        with self._database.reading() as connection:
            for start in range(0, len(wanted), IN_LIMIT):
                some = query.where(file.c.sha256.in_(wanted[start : start + IN_LIMIT]))
                found.extend(Duplicate(**row) for row in connection.execute(some).mappings())
        return tuple(found)
