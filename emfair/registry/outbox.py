"""The outbox: events for the sensor, in the order of their ids, and a cursor that skips none.

An id is taken when a transaction begins to write and seen when it commits. On PostgreSQL two
transactions can commit out of the order of their ids: a sensor that had already read 8 would
never look for 7 again. So the cursor remembers which ids below its position it has not seen, and
looks for them until its patience is over (an id whose transaction was rolled back stays missing
for ever).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, insert, select

from emfair.errors import BadCall
from emfair.registry.engine import IN_LIMIT, Database
from emfair.registry.tables import RUN_KEY_LIMIT, outbox
from emfair.registry.texts import storable

PATIENCE = timedelta(hours=1)
"""Far longer than any transaction of ours takes."""


@dataclass(frozen=True)
class OutboxRow:
    """One event: `experiment` has new content, which `run_key` names."""

    id: int
    kind: str
    experiment: str
    run_key: str
    created_at: datetime


class Outbox:
    """The outbox of one registry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(self, position: int, limit: int) -> list[OutboxRow]:
        """Return the first `limit` rows with an id above `position`, in the order of their ids."""
        query = select(outbox).where(outbox.c.id > position).order_by(outbox.c.id).limit(limit)
        with self._database.reading() as connection:
            return [OutboxRow(**row) for row in connection.execute(query).mappings()]

    def rows(self, ids: Iterable[int]) -> list[OutboxRow]:
        """Return those of `ids` that exist, in the order of their ids."""
        wanted = sorted(set(ids))
        found: list[OutboxRow] = []
        with self._database.reading() as connection:
            for start in range(0, len(wanted), IN_LIMIT):
                some = outbox.c.id.in_(wanted[start : start + IN_LIMIT])
                rows = connection.execute(select(outbox).where(some).order_by(outbox.c.id))
                found.extend(OutboxRow(**row) for row in rows.mappings())
        return found


class OutboxCursor(BaseModel):
    """How far a reader of the outbox has come.

    Attributes
    ----------
    position
        The highest id seen.
    gaps
        The ids below it that were not there, and when each was missed first.
    """

    model_config = ConfigDict(frozen=True)

    position: int = Field(default=0, ge=0)
    gaps: dict[int, AwareDatetime] = Field(default_factory=dict)

    def to_json(self) -> str:
        """Return the cursor as text, for Dagster to keep."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str | None) -> OutboxCursor:
        """Return the cursor that `to_json` wrote; without a text, the one before all rows.

        Raises
        ------
        BadCall
            Something else has written `text`.
        """
        if not text:
            return cls()
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise BadCall(
                "not a cursor on the outbox.",
                subject=repr(text[:80]),
                remedy="Reset the sensor's cursor: rows come again, and run keys stop second runs.",
            ) from error


def advance(
    cursor: OutboxCursor,
    rows: Sequence[OutboxRow],
    now: datetime,
    patience: timedelta = PATIENCE,
) -> tuple[OutboxCursor, list[OutboxRow]]:
    """Return the next cursor and the rows to deliver, in the order of their ids.

    Pure. Along one chain of cursors every row is delivered exactly once, provided that it comes
    into sight within `patience` after a row with a higher id did.

    Parameters
    ----------
    rows
        What ``outbox.after(cursor.position, limit)`` and ``outbox.rows(cursor.gaps)`` returned,
        in any order; rows seen before do no harm.
    now
        The time of this reading; aware.
    """
    by_id = {row.id: row for row in rows}
    due = [
        by_id[number]
        for number in sorted(by_id)
        if number > cursor.position or number in cursor.gaps
    ]
    position = max([cursor.position, *by_id])
    waiting = {
        number: since
        for number, since in cursor.gaps.items()
        if number not in by_id and now - since < patience
    }
    missed = {number: now for number in range(cursor.position + 1, position) if number not in by_id}
    return OutboxCursor(position=position, gaps=waiting | missed), due


def put(connection: Connection, kind: str, experiment: str, run_key: str, now: datetime) -> None:
    """Insert an event, inside the transaction that makes it true."""
    connection.execute(
        insert(outbox).values(
            kind=kind,
            experiment=experiment,
            run_key=storable(run_key, "run_key", RUN_KEY_LIMIT),
            created_at=now,
        )
    )
