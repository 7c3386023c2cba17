"""Experiments: what they are, where they stand, which still have to be processed.

What does not belong here: how an experiment comes to be (``deposits``) and how its content
changes (``annotations``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select, tuple_, update

from emfair.model.manifest import Place, Titles
from emfair.model.states import ExperimentState, check_transition
from emfair.registry import places
from emfair.registry.engine import Database
from emfair.registry.tables import UNSEALED, experiment, outbox
from emfair.registry.texts import encodable

PAGE_LIMIT = 1000


@dataclass(frozen=True)
class ExperimentRow:
    """An experiment as the registry knows it.

    Attributes
    ----------
    version
        Grows with every change of state or content; for optimistic locking by the faces (ETag).
    manifest_version, annotations_version, run_key
        What the chain shall process; None until the deposit is sealed.
    processed_key
        Run key of what the chain has processed last; None before the first time.
    """

    id: str
    project: str
    proposal: str
    sample: str
    title: str
    state: ExperimentState
    state_reason: str
    depositor: str
    created_at: datetime
    updated_at: datetime
    version: int
    manifest_version: int | None
    annotations_version: int | None
    content_digest: str | None
    processed_key: str | None
    run_key: str | None

    @property
    def place(self) -> Place:
        """Where it hangs."""
        return Place(
            project=self.project, proposal=self.proposal, sample=self.sample, experiment=self.id
        )


class Experiments:
    """The experiments of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def get(self, identifier: str) -> ExperimentRow:
        """Return one experiment. Raises `NotFound`."""
        with self._database.reading() as connection:
            return read(connection, identifier)

    def place(self, identifier: str) -> tuple[Place, Titles]:
        """Return where an experiment hangs, and what people call it. Raises `NotFound`."""
        with self._database.reading() as connection:
            return places.read(connection, identifier)

    def list(
        self,
        *,
        state: ExperimentState | None = None,
        project: str | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> tuple[ExperimentRow, ...]:
        """Return a page of experiments, newest first.

        Parameters
        ----------
        limit
            At most so many; never more than 1,000.
        after
            The last identifier of the page before. Raises `NotFound` if there is no such one.
        """
        query = _rows().order_by(experiment.c.created_at.desc(), experiment.c.id.desc())
        if state is not None:
            query = query.where(experiment.c.state == state.value)
        if project is not None:
            query = query.where(experiment.c.project == project)
        with self._database.reading() as connection:
            if after is not None:
                last = read(connection, after)
                query = query.where(
                    tuple_(experiment.c.created_at, experiment.c.id)
                    < tuple_(last.created_at, last.id)
                )
            found = connection.execute(query.limit(min(max(limit, 1), PAGE_LIMIT)))
            return tuple(_row(row) for row in found.mappings())

    def children(self, *above: str) -> tuple[places.ChildRow, ...]:
        """Return what lies directly below a project, a proposal or a sample, newest first.

        Parameters
        ----------
        above
            Identifiers of project, then proposal, then sample: one to three.
        """
        with self._database.reading() as connection:
            return places.below(connection, *above)

    def count_by_state(self) -> dict[ExperimentState, int]:
        """Return how many experiments each state has, zeros included."""
        query = select(experiment.c.state, func.count()).group_by(experiment.c.state)
        with self._database.reading() as connection:
            found: dict[str, int] = dict(connection.execute(query).all())
        return {state: found.get(state.value, 0) for state in ExperimentState}

    def set_state(
        self,
        identifier: str,
        state: ExperimentState,
        *,
        reason: str = "",
        processed_key: str | None = None,
    ) -> ExperimentRow:
        """Move an experiment on; `reason` replaces the old one, `processed_key` if given.

        Raises
        ------
        NotFound
            There is no such experiment.
        Conflict
            Its state has no way to `state`.
        """
        changes: dict[str, Any] = {
            "state": state.value,
            "state_reason": encodable(reason, "reason"),
        }
        if processed_key is not None:
            changes["processed_key"] = processed_key
        with self._database.writing() as connection:
            check_transition(lock(connection, identifier).state, state, identifier)
            return change(connection, identifier, self._now(), changes)

    def pending(self) -> tuple[ExperimentRow, ...]:
        """Return the sealed experiments whose present content was not processed, oldest first.

        Whatever their state: annotations may have changed while a run was still on its way.
        """
        query = _rows().where(
            experiment.c.state.not_in(UNSEALED),
            _run_key().is_distinct_from(experiment.c.processed_key),
        )
        query = query.order_by(experiment.c.created_at, experiment.c.id)
        with self._database.reading() as connection:
            return tuple(_row(row) for row in connection.execute(query).mappings())


def read(connection: Connection, identifier: str) -> ExperimentRow:
    """Return one experiment, inside a caller's transaction. Raises `NotFound`."""
    row = connection.execute(_rows().where(experiment.c.id == identifier)).mappings().one_or_none()
    if row is None:
        raise places.unknown(identifier)
    return _row(row)


def lock(connection: Connection, identifier: str) -> ExperimentRow:
    """Return one experiment that nobody else changes until the transaction ends.

    Two statements: PostgreSQL takes the second one's snapshot after the wait for the lock.
    """
    connection.execute(
        select(experiment.c.id).where(experiment.c.id == identifier).with_for_update()
    )
    return read(connection, identifier)


def change(
    connection: Connection, identifier: str, now: datetime, changes: dict[str, Any]
) -> ExperimentRow:
    """Write `changes` to a locked experiment and count its version up."""
    connection.execute(
        update(experiment)
        .where(experiment.c.id == identifier)
        .values(version=experiment.c.version + 1, updated_at=now, **changes)
    )
    return read(connection, identifier)


def _run_key() -> Any:
    """Return the expression for the newest run key of an experiment."""
    return (
        select(outbox.c.run_key)
        .where(outbox.c.experiment == experiment.c.id)
        .order_by(outbox.c.id.desc())
        .limit(1)
        .correlate(experiment)
        .scalar_subquery()
    )


def _rows() -> Select[Any]:
    return select(experiment, _run_key().label("run_key"))


def _row(row: RowMapping) -> ExperimentRow:
    return ExperimentRow(**{**row, "state": ExperimentState(row["state"])})
