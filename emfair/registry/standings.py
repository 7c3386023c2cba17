"""Where many experiments stand: counted, what changed last or longest ago, what goes wrong alike.

No index stands behind times of change (see `changes`): one look through 10⁵ experiments takes
PostgreSQL some 20 ms. What does not belong here: single experiments, and their pages
(`experiments`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, cast, func, select

from emfair.model.states import ExperimentState
from emfair.registry import experiment_row
from emfair.registry.engine import Database
from emfair.registry.experiment_row import ExperimentRow
from emfair.registry.sight import EVERYTHING, Sight, seen_experiments
from emfair.registry.tables import experiment, file, outbox, project


@dataclass(frozen=True)
class Alike:
    """Experiments that stand in one state for the same reason."""

    state: ExperimentState
    reason: str
    experiments: int


@dataclass(frozen=True)
class Unindexed:
    """A sealed experiment that the chain has never come to the end with."""

    experiment: str
    sealed_at: datetime
    bytes: int


class Standings:
    """Where the experiments of one registry stand; every method is one transaction.

    Throughout, `visible` lets in what someone may see, and `depositor` only what this one
    deposited.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(
        self, *, visible: Sight = EVERYTHING, depositor: str | None = None
    ) -> dict[ExperimentState, int]:
        """Return how many experiments each state has, zeros included."""
        query = select(experiment.c.state, func.count()).where(*_seen(visible, depositor))
        with self._database.reading() as connection:
            rows = connection.execute(query.group_by(experiment.c.state)).all()
        found: dict[str, int] = dict(rows)
        return {state: found.get(state.value, 0) for state in ExperimentState}

    def changed(
        self,
        states: Collection[ExperimentState],
        *,
        visible: Sight = EVERYTHING,
        depositor: str | None = None,
        oldest: bool = False,
        limit: int = 50,
    ) -> tuple[ExperimentRow, ...]:
        """Return experiments in these states, by their last change: newest first, or oldest.

        Their identifiers are found first: whole rows would be sorted, else, with all their texts.
        """
        order = (experiment.c.updated_at, experiment.c.id)
        by = order if oldest else tuple(column.desc() for column in order)
        first = (
            select(experiment.c.id)
            .where(
                experiment.c.state.in_([one.value for one in states]), *_seen(visible, depositor)
            )
            .order_by(*by)
            .limit(limit)
        )
        query = experiment_row.rows().where(experiment.c.id.in_(first)).order_by(*by)
        with self._database.reading() as connection:
            return tuple(map(experiment_row.row, connection.execute(query).mappings()))

    def alike(
        self,
        states: Collection[ExperimentState],
        *,
        visible: Sight = EVERYTHING,
        limit: int = 5,
    ) -> tuple[Alike, ...]:
        """Return the reasons that several experiments share, the most frequent first."""
        table, number = experiment.c, func.count()
        query = (
            select(table.state, table.state_reason, number)
            .where(
                table.state.in_([one.value for one in states]),
                table.state_reason != "",
                seen_experiments(visible),
            )
            .group_by(table.state, table.state_reason)
            .having(number > 1)
            .order_by(number.desc(), table.state_reason)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(
                Alike(ExperimentState(state), reason, count)
                for state, reason, count in connection.execute(query)
            )

    def unindexed(
        self, since: datetime | None = None, *, visible: Sight = EVERYTHING
    ) -> tuple[Unindexed, ...]:
        """Return what was sealed since then and never processed to its end, in any order."""
        here = experiment.c.id
        sealed_at = _of(func.min(outbox.c.created_at), outbox.c.experiment == here)
        size = _of(
            func.coalesce(cast(func.sum(file.c.size), BigInteger), 0), file.c.experiment == here
        )
        waiting = [ExperimentState.SEALED, ExperimentState.PROCESSING, ExperimentState.FAILED]
        query = select(here, sealed_at, size).where(
            experiment.c.processed_key.is_(None),
            experiment.c.state.in_([state.value for state in waiting]),
            seen_experiments(visible),
        )
        with self._database.reading() as connection:
            rows = [Unindexed(*row) for row in connection.execute(query)]
        return tuple(row for row in rows if since is None or row.sealed_at >= since)

    def projects(self, *, visible: Sight = EVERYTHING) -> dict[str, str]:
        """Return the projects in which there are experiments: titles by identifier, by title."""
        inside = select(experiment.c.project).where(seen_experiments(visible)).distinct()
        query = select(project.c.id, project.c.title).where(project.c.id.in_(inside))
        with self._database.reading() as connection:
            rows = [(row.id, row.title) for row in connection.execute(query)]
        return dict(sorted(rows, key=lambda one: (one[1].casefold(), one[0])))

    def first(self, *, visible: Sight = EVERYTHING) -> datetime | None:
        """Return when the oldest experiment was begun; None if there is none."""
        query = select(func.min(experiment.c.created_at)).where(seen_experiments(visible))
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(query).scalar_one()
        return found


def _seen(visible: Sight, depositor: str | None) -> list[ColumnElement[bool]]:
    mine = [] if depositor is None else [experiment.c.depositor == depositor]
    return [*mine, seen_experiments(visible)]


def _of(value: ColumnElement[object], which: ColumnElement[bool]) -> ColumnElement[object]:
    return select(value).where(which).correlate(experiment).scalar_subquery()
