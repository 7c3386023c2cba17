"""Memberships: who has which role in a project, until when, and who said so.

What does not belong here: what a role may do, and the groups of the issuer (`emfair.identity`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, or_, select, update

from emfair.errors import BadCall, Conflict, NotFound
from emfair.registry.audit import Deed, record
from emfair.registry.engine import Database, insert_new
from emfair.registry.tables import PERSON_LIMIT, ROLES, membership, project
from emfair.registry.texts import storable


@dataclass(frozen=True)
class MembershipRow:
    """A role that someone has in a project; `until` is the first moment they have it no more."""

    project: str
    subject: str
    role: str
    until: datetime | None
    granted_by: str
    granted_at: datetime


class Memberships:
    """The memberships of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def grant(
        self,
        identifier: str,
        subject: str,
        role: str,
        *,
        until: datetime | None,
        actor: str,
        orphaning: bool = False,
    ) -> None:
        """Give someone a role in a project; it replaces the one they had.

        `orphaning` says whether that may leave the project without an owner.

        Raises
        ------
        BadCall
            There is no such role, or it would end before it begins.
        Conflict
            They are the last owner without an end.
        NotFound
            There is no such project.
        """
        now = self._now()
        _check(role, until, now)
        key = {"project": identifier, "subject": storable(subject, "subject", PERSON_LIMIT)}
        values = {"role": role, "until": until, "granted_by": actor, "granted_at": now}
        detail = {"member": key["subject"], "role": role, "until": until and until.isoformat()}
        with self._database.writing() as connection:
            if not _lock(connection, identifier):
                raise NotFound(
                    "there is no such project.",
                    subject=identifier,
                    remedy="Look for typing errors, or list the projects.",
                )
            with _owned(connection, identifier, orphaning=orphaning):
                if not insert_new(connection, membership, key | values):
                    same = [membership.c[name] == value for name, value in key.items()]
                    connection.execute(update(membership).where(*same).values(values))
            deed = Deed(actor, "membership-granted", f"project:{identifier}", detail)
            record(connection, now, deed)

    def revoke(self, identifier: str, subject: str, *, actor: str, orphaning: bool = False) -> None:
        """Take someone's role in a project away; if they have none, that is no error.

        Raises `Conflict` if they are the last owner without an end, unless `orphaning`.
        """
        where = (membership.c.project == identifier, membership.c.subject == subject)
        with self._database.writing() as connection:
            _lock(connection, identifier)
            with _owned(connection, identifier, orphaning=orphaning):
                revoked = connection.execute(delete(membership).where(*where)).rowcount
            if revoked:
                detail = {"member": subject}
                deed = Deed(actor, "membership-revoked", f"project:{identifier}", detail)
                record(connection, self._now(), deed)

    def of_project(self, identifier: str) -> tuple[MembershipRow, ...]:
        """Return a project's members, those whose time is over included, by subject."""
        query = select(membership).where(membership.c.project == identifier)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(membership.c.subject)).mappings()
            return tuple(_row(row) for row in rows)

    def of_subject(self, subject: str) -> tuple[MembershipRow, ...]:
        """Return the roles that someone has now, by project."""
        query = select(membership).where(
            membership.c.subject == subject,
            or_(membership.c.until.is_(None), membership.c.until > self._now()),
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(membership.c.project)).mappings()
            return tuple(_row(row) for row in rows)


def own(connection: Connection, of_project: str, subject: str, now: datetime) -> None:
    """Make whoever made a project its owner, inside the transaction that makes it."""
    values = {"role": "owner", "until": None, "granted_by": subject, "granted_at": now}
    insert_new(connection, membership, {"project": of_project, "subject": subject} | values)


def _lock(connection: Connection, identifier: str) -> bool:
    """Let one at a time change a project's members; return whether there is such a project.

    Two owners could otherwise take each other's role away at once.
    """
    query = select(project.c.id).where(project.c.id == identifier).with_for_update()
    return connection.execute(query).first() is not None


@contextmanager
def _owned(connection: Connection, identifier: str, *, orphaning: bool) -> Iterator[None]:
    """Refuse a change that takes a project its last owner without an end."""
    before = _owners(connection, identifier)
    yield
    if before and not orphaning and not _owners(connection, identifier):
        raise Conflict(
            "is the last owner of this project whose role has no end.",
            subject=before[0],
            remedy="Make someone else an owner first, or ask a steward.",
        )


def _owners(connection: Connection, identifier: str) -> list[str]:
    of = membership.c
    query = select(of.subject).where(of.project == identifier, of.role == "owner")
    return list(connection.execute(query.where(of.until.is_(None))).scalars())


def _check(role: str, until: datetime | None, now: datetime) -> None:
    if role not in ROLES:
        raise BadCall(
            f"{role!r} is no role in a project.",
            subject="role",
            remedy=f"Choose one of {', '.join(ROLES)}.",
        )
    if until is not None and until <= now:
        raise BadCall(
            "the membership would be over already.", subject="until", remedy="Name a later time."
        )


def _row(row: RowMapping) -> MembershipRow:
    return MembershipRow(**row)
