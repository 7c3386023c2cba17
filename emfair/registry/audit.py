"""The audit log: who did what to what, and when. Written once, never changed.

An action is named by its noun and a participle: ``sample-changed``, ``membership-granted``. Whoever
changes something in the registry writes the deed in the same transaction; what changes nothing (the
reading of restricted data) a use case writes by `Audit.write`. The subject of an experiment's or a
person's deed is its identifier, of others the noun and the key: ``sample:steel/p-1/s-1``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, true

from emfair.registry.engine import Database
from emfair.registry.pages import PAGE_LIMIT
from emfair.registry.tables import PERSON_LIMIT, audit, experiment
from emfair.registry.texts import encodable, storable


@dataclass(frozen=True)
class AuditRow:
    """One deed."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class Deed:
    """What is to be written down: `actor` did `action` (kebab-case) to `subject`."""

    actor: str
    action: str
    subject: str = ""
    detail: Mapping[str, Any] | None = None


class Audit:
    """The audit log of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def write(
        self, actor: str, action: str, subject: str = "", detail: Mapping[str, Any] | None = None
    ) -> None:
        """Write down that `actor` did `action` (kebab-case) to `subject`; `detail` as JSON."""
        with self._database.writing() as connection:
            record(connection, self._now(), Deed(actor, action, subject, detail))

    def note(self, actor: str, action: str, subject: str, *, within: timedelta) -> None:
        """Write down a deed that comes again and again, unless it was not longer ago than `within`.

        A page reads what it shows at each touch: one visit is one deed.
        """
        now = self._now()
        lately = select(audit.c.id).where(
            audit.c.subject == subject,
            audit.c.actor == actor,
            audit.c.action == action,
            audit.c.at > now - within,
        )
        with self._database.reading() as connection:
            known = connection.execute(lately.limit(1)).first() is not None
        if not known:
            self.write(actor, action, subject)

    def list(
        self,
        *,
        subject: str | None = None,
        actor: str | None = None,
        action: str | None = None,
        project: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> tuple[AuditRow, ...]:
        """Return a page of deeds, newest first.

        Parameters
        ----------
        subject, actor, action
            Only deeds to this one, by this one, of this kind.
        project
            Only deeds to this project and to what lies in it.
        since, until
            Only deeds at `since` or later, before `until`; aware.
        before
            The last id of the page before.

        Raises
        ------
        BadCall
            One of these is no text.
        """
        said = {"subject": subject, "actor": actor, "action": action, "project": project}
        for name, value in said.items():
            encodable(value or "", name)
        query = select(audit).order_by(audit.c.id.desc()).limit(min(max(limit, 1), PAGE_LIMIT))
        for column, wanted in ((audit.c.subject, subject), (audit.c.actor, actor)):
            if wanted is not None:
                query = query.where(column == wanted)
        if action is not None:
            query = query.where(audit.c.action == action)
        if project is not None:
            query = query.where(_in_project(project))
        if since is not None:
            query = query.where(audit.c.at >= since)
        if until is not None:
            query = query.where(audit.c.at < until)
        if before is not None:
            query = query.where(audit.c.id < before)
        with self._database.reading() as connection:
            return tuple(AuditRow(**row) for row in connection.execute(query).mappings())

    def actions(self) -> tuple[str, ...]:
        """Return the kinds of deeds that there are, by name.

        Each is found by the one before: looking at all deeds takes long where there are millions.
        """
        found: list[str] = []
        with self._database.reading() as connection:
            while True:
                beyond = audit.c.action > found[-1] if found else true()
                query = select(func.min(audit.c.action)).where(beyond)
                following = connection.execute(query).scalar_one()
                if following is None:
                    return tuple(found)
                found.append(following)


def _in_project(identifier: str) -> ColumnElement[bool]:
    subject = audit.c.subject
    return or_(
        subject == f"project:{identifier}",
        subject.startswith(f"proposal:{identifier}/", autoescape=True),
        subject.startswith(f"sample:{identifier}/", autoescape=True),
        subject.in_(select(experiment.c.id).where(experiment.c.project == identifier)),
    )


def record(connection: Connection, now: datetime, deed: Deed) -> None:
    """Write a deed down, inside a caller's transaction: done and written, or neither."""
    connection.execute(
        insert(audit).values(
            at=now,
            actor=storable(deed.actor, "actor", PERSON_LIMIT),
            action=deed.action,
            subject=deed.subject,
            detail=dict(deed.detail or {}),
        )
    )
