"""What has changed of late, for whoever watches: experiments, and how many files have arrived.

No index stands behind times of change, which every part of an upload would have to mend: one look
through 10⁵ experiments takes PostgreSQL some 20 ms, and a process looks once a second for all who
listen, and only while somebody does. What does not belong here: who may see it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from emfair.registry import experiment_row
from emfair.registry.engine import IN_LIMIT, Database
from emfair.registry.experiment_row import ExperimentRow
from emfair.registry.sight import EVERYTHING, Sight, seen_experiments
from emfair.registry.tables import experiment, upload


@dataclass(frozen=True)
class Arrived:
    """How many files of a deposit in progress are whole, of how many that were announced."""

    arrived: int
    total: int


class Changes:
    """The changes in one registry; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(
        self, moment: datetime, *, visible: Sight = EVERYTHING, limit: int | None = None
    ) -> tuple[ExperimentRow, ...]:
        """Return the experiments that changed at `moment` or later, the first change first."""
        query = experiment_row.rows().where(
            experiment.c.updated_at >= moment, seen_experiments(visible)
        )
        query = query.order_by(experiment.c.updated_at, experiment.c.id).limit(limit)
        with self._database.reading() as connection:
            return tuple(map(experiment_row.row, connection.execute(query).mappings()))

    def of(self, identifiers: Collection[str]) -> tuple[ExperimentRow, ...]:
        """Return these experiments as they are now, in any order; what is not there, is not."""
        found: list[ExperimentRow] = []
        for some in _portions(identifiers):
            query = experiment_row.rows().where(experiment.c.id.in_(some))
            with self._database.reading() as connection:
                found += map(experiment_row.row, connection.execute(query).mappings())
        return tuple(found)

    def arrived(self, identifiers: Collection[str]) -> dict[str, Arrived]:
        """Return how far these experiments' deposits are; what has none in progress, is not."""
        found: dict[str, Arrived] = {}
        for some in _portions(identifiers):
            query = (
                select(upload.c.experiment, func.count(upload.c.done_at), func.count())
                .where(upload.c.experiment.in_(some))
                .group_by(upload.c.experiment)
            )
            with self._database.reading() as connection:
                rows = connection.execute(query).all()
            found |= {name: Arrived(arrived, total) for name, arrived, total in rows}
        return found


def _portions(identifiers: Collection[str]) -> list[list[str]]:
    wanted = sorted(set(identifiers))
    return [wanted[start : start + IN_LIMIT] for start in range(0, len(wanted), IN_LIMIT)]
