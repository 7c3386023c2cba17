"""What is given up: deposits that nobody finishes, and experiments that are withdrawn.

The rows stay as tombstones: an identifier is never used again. What does not belong here: removing
bytes from the lake (`emfair.service`), for which every method returns what lies there half done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, func, select

from emfair.errors import Conflict
from emfair.model.states import IN_PROGRESS, ExperimentState, check_transition
from emfair.registry import experiment_row, incoming, outbox
from emfair.registry.annotations import keep_context
from emfair.registry.audit import Deed, record
from emfair.registry.engine import Database
from emfair.registry.experiment_row import ExperimentRow
from emfair.registry.incoming import UploadRow
from emfair.registry.sight import EVERYTHING, Sight, seen_experiments
from emfair.registry.tables import RUN_KEY_LIMIT, experiment, upload
from emfair.registry.texts import encodable, storable

S = ExperimentState


@dataclass(frozen=True)
class Stale:
    """A draft or an upload, and when somebody touched it or one of its files last."""

    row: ExperimentRow
    touched_at: datetime


class Withdrawals:
    """What is given up in one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def stale(
        self, before: datetime, limit: int = 100, *, visible: Sight = EVERYTHING
    ) -> tuple[Stale, ...]:
        """Return drafts and uploads that nobody has touched since `before`, oldest first."""
        query = (
            experiment_row.rows()
            .add_columns(_last_touch().label("last_touch"))
            .where(*_stale(before, visible))
            .order_by(_last_touch(), experiment.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            found = [dict(row) for row in connection.execute(query).mappings()]
        return tuple(
            Stale(touched_at=row.pop("last_touch"), row=experiment_row.row(row)) for row in found
        )

    def count_stale(self, before: datetime, *, visible: Sight = EVERYTHING) -> int:
        """Return how many drafts and uploads nobody has touched since `before`."""
        query = select(func.count()).select_from(experiment).where(*_stale(before, visible))
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def given_up(self, since: datetime, limit: int = 1000) -> tuple[ExperimentRow, ...]:
        """Return tombstones that never had a manifest and were made since then, newest first."""
        query = experiment_row.rows().where(
            experiment.c.state == S.TOMBSTONED.value,
            experiment.c.manifest_version.is_(None),
            experiment.c.updated_at >= since,
        )
        query = query.order_by(experiment.c.updated_at.desc(), experiment.c.id).limit(limit)
        with self._database.reading() as connection:
            return tuple(map(experiment_row.row, connection.execute(query).mappings()))

    def give_up(
        self,
        identifier: str,
        *,
        actor: str,
        reason: str,
        run_key: str | None = None,
        context: str = "",
        untouched_since: datetime | None = None,
    ) -> tuple[UploadRow, ...]:
        """Give a deposit up that is not sealed; return its files, for the store to clean up.

        A first deposit leaves a tombstone. After a later one the experiment is what it was before;
        if its annotations changed meanwhile, it is sealed anew and announced in the outbox.

        Parameters
        ----------
        run_key
            After a later deposit: the name of what is to be processed without it.
        context
            What the records say, for annotations that were not processed before.
        untouched_since
            Only if nobody has touched it since then.

        Raises
        ------
        NotFound
            There is no such experiment.
        BadCall
            It was sealed before, and `run_key` is missing.
        Conflict
            No deposit is in progress, or someone has touched it.
        """
        now = self._now()
        with self._database.writing() as connection:
            found = experiment_row.lock(connection, identifier)
            if untouched_since is not None:
                _check_untouched(connection, found, untouched_since)
            if found.state not in IN_PROGRESS:
                raise Conflict(
                    f"is {found.state.value}: no deposit is in progress.",
                    subject=identifier,
                    remedy="To withdraw what is sealed, withdraw the experiment.",
                )
            left = incoming.rows(connection, identifier)
            incoming.drop(connection, identifier)
            changes = {"state_reason": encodable(reason, "reason"), "closed_at": None}
            if found.manifest_version is None:
                changes |= {"state": S.TOMBSTONED.value}
            else:
                key = storable(run_key or "", "run_key", RUN_KEY_LIMIT)
                state = found.state_before or S.SEALED.value
                if key != found.run_key:
                    state = S.SEALED.value
                    outbox.put(connection, "annotations-changed", identifier, key, now)
                    keep_context(connection, identifier, found.annotations_version or 0, context)
                digest = incoming.digest(connection, identifier, ())
                changes |= {"state": state, "state_before": None, "content_digest": digest}
            detail = {"reason": reason, "files": len(left)}
            record(connection, now, Deed(actor, "deposit-given-up", identifier, detail))
            experiment_row.change(connection, identifier, now, changes)
            return left

    def withdraw(
        self, identifier: str, expected_version: int, *, actor: str, reason: str
    ) -> tuple[UploadRow, ...]:
        """Withdraw an experiment for good; return what was on its way to it.

        Raises
        ------
        NotFound
            There is no such experiment.
        Conflict
            It has changed since `expected_version`, is in processing, or is withdrawn already.
        """
        now = self._now()
        with self._database.writing() as connection:
            found = experiment_row.lock(connection, identifier)
            experiment_row.check_version(found, expected_version)
            check_transition(found.state, S.TOMBSTONED, identifier)
            left = incoming.rows(connection, identifier)
            incoming.drop(connection, identifier)
            detail = {"reason": reason, "files": len(left)}
            record(connection, now, Deed(actor, "experiment-deleted", identifier, detail))
            changes = {
                "state": S.TOMBSTONED.value,
                "state_reason": encodable(reason, "reason"),
                "closed_at": None,
                "state_before": None,
            }
            experiment_row.change(connection, identifier, now, changes)
            return left


def _stale(before: datetime, visible: Sight) -> tuple[ColumnElement[bool], ...]:
    return (
        experiment.c.state.in_([state.value for state in IN_PROGRESS]),
        experiment.c.updated_at < before,  # which spares a look at the uploads of most
        _last_touch() < before,
        seen_experiments(visible),
    )


def _last_touch() -> ColumnElement[datetime]:
    """Return when somebody touched an experiment or one of its files on their way last."""
    changed = experiment.c.updated_at
    touched = (
        select(func.max(upload.c.touched_at))
        .where(upload.c.experiment == experiment.c.id)
        .correlate(experiment)
        .scalar_subquery()
    )
    return case((touched > changed, touched), else_=changed)


def _check_untouched(connection: Connection, found: ExperimentRow, since: datetime) -> None:
    """Refuse to give up what is alive. Who touches a file of it now waits for the end of this."""
    query = select(upload.c.touched_at).where(upload.c.experiment == found.id).with_for_update()
    touched = max([found.updated_at, *connection.execute(query).scalars()])
    if touched >= since:
        raise Conflict(
            f"was touched at {touched.isoformat()}.",
            subject=found.id,
            remedy="Leave it: someone is at work on it.",
        )
