"""What people keep for themselves: searches, templates of annotations, what they were shown.

Nobody else sees it, and nothing of the data depends on it, so it has no history and stands in no
audit log. What does not belong here: what a content means (whoever keeps it).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, func, select, update

from emfair.errors import TooMuch
from emfair.registry.engine import Database, insert_new
from emfair.registry.tables import PERSON_LIMIT, TITLE_LIMIT, shelf
from emfair.registry.texts import encodable, readable, storable

Kind = Literal["search", "template", "seen"]
MOST = 200
"""Things of one kind that a person keeps."""
CONTENT_LIMIT = 64 << 10
"""Characters of one."""


@dataclass(frozen=True)
class Kept:
    """One thing: what its person calls it, and what it holds."""

    name: str
    content: str
    put_at: datetime


class Shelves:
    """The shelves of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def put(self, subject: str, kind: Kind, name: str, content: str = "") -> None:
        """Keep something; of the same name the later counts.

        Raises
        ------
        BadCall
            The name cannot be stored.
        TooMuch
            It is too long, or the shelf is full.
        """
        key = {
            "subject": storable(subject, "subject", PERSON_LIMIT),
            "kind": kind,
            "name": readable(name, "name", TITLE_LIMIT),
        }
        if len(content) > CONTENT_LIMIT:
            raise TooMuch(
                f"is longer than {CONTENT_LIMIT:,} characters.",
                subject=key["name"],
                remedy="Keep less in it.",
            )
        values = {"content": encodable(content, "content"), "put_at": self._now()}
        same = [shelf.c[column] == value for column, value in key.items()]
        with self._database.writing() as connection:
            if insert_new(connection, shelf, key | values):
                mine = select(func.count()).where(shelf.c.subject == key["subject"])
                if connection.execute(mine.where(shelf.c.kind == kind)).scalar_one() > MOST:
                    raise TooMuch(
                        f"{MOST} are kept already.",
                        subject=key["name"],
                        remedy="Remove one that you no longer need.",
                    )
            else:
                connection.execute(update(shelf).where(*same).values(values))

    def list(self, subject: str, kind: Kind) -> tuple[Kept, ...]:
        """Return what someone keeps, by name."""
        query = select(shelf.c.name, shelf.c.content, shelf.c.put_at)
        query = query.where(shelf.c.subject == subject, shelf.c.kind == kind)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(shelf.c.name)).all()
        return tuple(Kept(row.name, row.content, row.put_at) for row in rows)

    def remove(self, subject: str, kind: Kind, name: str) -> None:
        """Throw something away; what is not there is gone already.

        Raises `BadCall` if nothing can have this name.
        """
        name = storable(name, "name", TITLE_LIMIT)
        with self._database.writing() as connection:
            connection.execute(
                delete(shelf).where(
                    shelf.c.subject == subject, shelf.c.kind == kind, shelf.c.name == name
                )
            )
