"""Answers that were given, so that a request whose answer was lost is not carried out twice.

As the HTTP working group's draft "The Idempotency-Key HTTP Header Field" has it: the same key with
the same request gets the same answer, with another request an error, and while the first is still
at work a conflict. What does not belong here: HTTP (`emfair.api`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from emfair.errors import BadCall, Conflict
from emfair.registry.engine import Database, insert_new
from emfair.registry.tables import PERSON_LIMIT, idempotency
from emfair.registry.texts import storable

KEPT = timedelta(hours=24)
PATIENCE = timedelta(minutes=10)
"""A request at work for longer is taken for dead; its process was killed."""

KEY_LIMIT = 200


@dataclass(frozen=True)
class Answer:
    """What was answered: an HTTP status and a body."""

    status: int
    body: str


class Idempotency:
    """The answers of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def claim(self, actor: str, key: str, digest: str) -> Answer | None:
        """Return the answer that was given to this request, or None: then it is the caller's.

        Whoever gets None carries the request out and says `answered`, or `forget` if it failed in
        a way that may pass.

        Parameters
        ----------
        digest
            SHA-256 of the request: method, path and body.

        Raises
        ------
        BadCall
            The key is none, or came with another request before.
        Conflict
            The same request is being carried out.
        """
        actor = storable(actor, "actor", PERSON_LIMIT)
        key, now = storable(key, "Idempotency-Key", KEY_LIMIT), self._now()
        where = (idempotency.c.actor == actor, idempotency.c.key == key)
        new = {"actor": actor, "key": key, "digest": digest, "created_at": now}
        over = or_(
            idempotency.c.created_at <= now - KEPT,
            idempotency.c.status.is_(None) & (idempotency.c.created_at <= now - PATIENCE),
        )
        with self._database.writing() as connection:
            connection.execute(delete(idempotency).where(*where, over))
            if insert_new(connection, idempotency, new):
                return None
            row = connection.execute(select(idempotency).where(*where)).mappings().one()
        if row["digest"] != digest:
            raise BadCall(
                "came with another request before.",
                subject=f"Idempotency-Key {key}",
                remedy="Make a new key for each new request.",
            )
        if row["status"] is None:
            raise Conflict(
                "the same request is being carried out.",
                subject=f"Idempotency-Key {key}",
                remedy="Wait a moment, then send it again.",
            )
        return Answer(row["status"], row["answer"])

    def answered(self, actor: str, key: str, answer: Answer) -> None:
        """Keep the answer to a request that was claimed."""
        where = (idempotency.c.actor == actor, idempotency.c.key == key)
        with self._database.writing() as connection:
            connection.execute(
                update(idempotency).where(*where).values(status=answer.status, answer=answer.body)
            )

    def forget(self, actor: str, key: str) -> None:
        """Give a claim back: the request did nothing, and may be sent again at once."""
        where = (idempotency.c.actor == actor, idempotency.c.key == key)
        with self._database.writing() as connection:
            connection.execute(delete(idempotency).where(*where, idempotency.c.status.is_(None)))

    def sweep(self) -> int:
        """Remove the answers that are older than 24 hours; return how many."""
        over = idempotency.c.created_at <= self._now() - KEPT
        with self._database.writing() as connection:
            return connection.execute(delete(idempotency).where(over)).rowcount
