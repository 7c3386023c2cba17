"""One experiment's row, inside a caller's transaction: read, locked, changed.

What does not belong here: lists, and why it changes (``experiments``, ``deposits`` …).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select, update

from emfair.errors import Outdated
from emfair.model.deposits import Standing
from emfair.model.manifest import Place
from emfair.model.states import ExperimentState
from emfair.registry import places
from emfair.registry.tables import experiment, outbox
from emfair.registry.texts import searched


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
    restricted
        Only for those who work on it.
    closed_at, state_before
        Of a deposit in progress: since when it takes no more files (None while it does), and, if
        it is a later one, what the experiment was before it began.
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
    instrument: str | None
    restricted: bool
    closed_at: datetime | None
    state_before: str | None
    run_key: str | None

    @property
    def place(self) -> Place:
        """Where it hangs."""
        return Place(
            project=self.project, proposal=self.proposal, sample=self.sample, experiment=self.id
        )

    @property
    def standing(self) -> Standing:
        """How far it has come."""
        done = self.run_key is not None and self.run_key == self.processed_key
        failed = self.state is ExperimentState.FAILED
        return Standing(self.state, self.state_reason, processed=done or failed)


def read(connection: Connection, identifier: str) -> ExperimentRow:
    """Return one experiment, inside a caller's transaction. Raises `NotFound`."""
    query = rows().where(experiment.c.id == identifier)
    found = connection.execute(query).mappings().one_or_none()
    if found is None:
        raise places.unknown(identifier)
    return row(found)


def lock(connection: Connection, identifier: str) -> ExperimentRow:
    """Return one experiment that nobody else changes until the transaction ends.

    Two statements: PostgreSQL takes the second one's snapshot after the wait for the lock.
    """
    hold(connection, identifier)
    return read(connection, identifier)


def hold(connection: Connection, identifier: str) -> None:
    """Keep everybody else from changing an experiment until the transaction ends."""
    connection.execute(
        select(experiment.c.id).where(experiment.c.id == identifier).with_for_update()
    )


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


def touch(connection: Connection, identifier: str, now: datetime) -> None:
    """Note that a deposit is alive; its version stays, so that no edit of it is in vain."""
    connection.execute(
        update(experiment).where(experiment.c.id == identifier).values(updated_at=now)
    )


def check_version(found: ExperimentRow, expected: int) -> None:
    """Refuse a change that was made on another version. Raises `Outdated`."""
    if found.version != expected:
        raise Outdated(
            f"is at version {found.version}, and the change was made on version {expected}.",
            subject=found.id,
            remedy="Load it again, and repeat the change on the new version.",
        )


def search_of(place: Place, title: str, depositor: str) -> str:
    """Return what a search for words looks through."""
    return searched(title, *reversed(list(place.model_dump().values())), depositor)


def rows() -> Select[Any]:
    """Return the query for `row`."""
    columns = (column for column in experiment.c if column.name != "search")
    return select(*columns, run_key().label("run_key"))


def row(found: RowMapping | Mapping[str, Any]) -> ExperimentRow:
    """Return a row of the query `rows`."""
    return ExperimentRow(**{**found, "state": ExperimentState(found["state"])})


def run_key() -> Any:
    """Return the expression for the newest run key of an experiment."""
    return (
        select(outbox.c.run_key)
        .where(outbox.c.experiment == experiment.c.id)
        .order_by(outbox.c.id.desc())
        .limit(1)
        .correlate(experiment)
        .scalar_subquery()
    )
