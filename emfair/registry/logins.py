"""Logins: which project groups someone's most recent one brought, so that a token gives no more.

What does not belong here: who someone is and what a group means (`emfair.identity`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from emfair.registry.engine import Database, insert_new
from emfair.registry.tables import login


class Logins:
    """The logins of one registry; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, subject: str, groups: Iterable[str], since: datetime) -> None:
        """Note what a login brought, unless one that the issuer vouched for later is known."""
        said = {"groups": sorted(groups), "since": since}
        newer = update(login).where(login.c.subject == subject, login.c.since <= since)
        with self._database.writing() as connection:
            if not insert_new(connection, login, {"subject": subject} | said):
                connection.execute(newer.values(said))

    def groups_of(self, subject: str) -> frozenset[str]:
        """Return what the most recent login brought; nothing of someone who never came by one."""
        query = select(login.c.groups).where(login.c.subject == subject)
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalar_one_or_none() or ())
