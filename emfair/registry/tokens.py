"""Personal access tokens: what is kept of them. Checking them is `emfair.identity.tokens`'."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import RowMapping, insert, select, update

from emfair.model.tokens import StoredToken
from emfair.registry.audit import Deed, record
from emfair.registry.engine import Database
from emfair.registry.logins import Logins
from emfair.registry.tables import TITLE_LIMIT, token
from emfair.registry.texts import readable


class Tokens:
    """The tokens of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime], logins: Logins) -> None:
        self._database = database
        self._now = now
        self._logins = logins

    def insert(self, new: StoredToken, actor: str) -> None:
        """Keep a new token of `actor`'s making. Raises `BadCall` if its name cannot be stored."""
        values = asdict(new) | {
            "name": readable(new.name, "name", TITLE_LIMIT),
            "scopes": sorted(new.scopes),
            "groups": sorted(new.groups),
        }
        detail = {"holder": new.subject, "name": new.name, "scopes": sorted(new.scopes)}
        deed = Deed(actor, "token-created", f"token:{new.id}", detail)
        with self._database.writing() as connection:
            connection.execute(insert(token).values(values))
            record(connection, self._now(), deed)

    def find(self, identifier: str) -> StoredToken | None:
        """Return a token, revoked and expired ones too."""
        query = select(token).where(token.c.id == identifier)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            return None if row is None else _stored(row)

    def touch(self, identifier: str, at: datetime) -> None:
        """Note that it was used."""
        with self._database.writing() as connection:
            connection.execute(
                update(token).where(token.c.id == identifier).values(last_used_at=at)
            )

    def revoke(self, identifier: str, at: datetime, actor: str) -> None:
        """Note that `actor` has ended it; of a revoked one keep the first time."""
        live = (token.c.id == identifier, token.c.revoked_at.is_(None))
        ending = update(token).where(*live).values(revoked_at=at).returning(token.c.subject)
        with self._database.writing() as connection:
            holder = connection.execute(ending).scalar_one_or_none()
            if holder is not None:
                deed = Deed(actor, "token-revoked", f"token:{identifier}", {"holder": holder})
                record(connection, self._now(), deed)

    def revoke_all(self, subject: str, at: datetime, actor: str) -> int:
        """Note that `actor` has ended all of someone's tokens; return how many still counted."""
        live = (token.c.subject == subject, token.c.revoked_at.is_(None), token.c.expires_at > at)
        ending = update(token).where(*live).values(revoked_at=at).returning(token.c.id)
        with self._database.writing() as connection:
            ended = connection.execute(ending).scalars().all()
            for identifier in ended:
                deed = Deed(actor, "token-revoked", f"token:{identifier}", {"holder": subject})
                record(connection, self._now(), deed)
        return len(ended)

    def groups_of(self, subject: str) -> frozenset[str]:
        """Return the project groups that someone's most recent login brought."""
        return self._logins.groups_of(subject)

    def list(self, subject: str) -> Sequence[StoredToken]:
        """Return someone's tokens, newest first."""
        query = select(token).where(token.c.subject == subject)
        query = query.order_by(token.c.created_at.desc(), token.c.id)
        with self._database.reading() as connection:
            return [_stored(row) for row in connection.execute(query).mappings()]


def _stored(row: RowMapping) -> StoredToken:
    sets = {"scopes": frozenset(row["scopes"]), "groups": frozenset(row["groups"])}
    return StoredToken(**(dict(row) | sets))
