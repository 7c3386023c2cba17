"""Cards of one kind: made, read, listed, edited by many.

Projects, proposals, samples, instruments and people have all this in common; each has a module of
its own with what it has besides. Every edit names the version that it saw. What does not belong
here: what a card says (`emfair.model.nouns`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Connection, RowMapping, Table, select, update

from emfair.errors import Conflict, NotFound, Outdated
from emfair.model.canonical import canonical_json
from emfair.model.changes import changes
from emfair.model.identifiers import check_identifier
from emfair.model.nouns import Card
from emfair.registry.audit import Deed, record
from emfair.registry.engine import Database, insert_new
from emfair.registry.pages import newest_first
from emfair.registry.sight import EVERYTHING, Sight, seen_cards
from emfair.registry.tables import PERSON_LIMIT, TITLE_LIMIT
from emfair.registry.texts import contains_words, encodable, readable, searched, storable

C = TypeVar("C", bound=Card)


@dataclass(frozen=True)
class CardRow(Generic[C]):
    """A card, under its key: identifiers from the project downwards, or a person's subject.

    Attributes
    ----------
    owner
        Subject of whoever made it; None where an earlier emfair did, and of people.
    version
        Counts its edits from 1 (ETag).
    """

    key: tuple[str, ...]
    card: C
    owner: str | None
    created_at: datetime
    version: int

    @property
    def id(self) -> str:
        """The last part of its key."""
        return self.key[-1]


class Cards(Generic[C]):
    """The cards of one kind in one registry; every method is one transaction."""

    noun: ClassVar[str]
    table: ClassVar[Table]
    parent: ClassVar[Table | None] = None
    title: ClassVar[str] = "title"
    card: type[C]

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def create(self, *key: str, card: C, actor: str) -> CardRow[C]:
        """Make a card.

        Raises
        ------
        BadName
            A part of `key` is no identifier.
        BadCall
            A text cannot be stored.
        Conflict
            There is one under this key already.
        NotFound
            What it is to hang on does not exist.
        """
        self._check_key(key)
        actor, now = storable(actor, "actor", PERSON_LIMIT), self._now()
        values = self._written(key, card) | {"created_at": now, "version": 1}
        with self._database.writing() as connection:
            self._check_parent(connection, key)
            if not insert_new(connection, self.table, values | self._made_by(actor)):
                raise Conflict(
                    f"another {self.noun} has this identifier already.",
                    subject="/".join(key),
                    remedy="Open that one, or choose another identifier.",
                )
            deed = Deed(actor, f"{self.noun}-created", self.subject(key), {})
            record(connection, now, deed)
            self._created(connection, key, actor, now)
            return self.read(connection, key)

    def get(self, *key: str) -> CardRow[C]:
        """Return one card. Raises `NotFound`."""
        with self._database.reading() as connection:
            return self.read(connection, key)

    def edit(self, *key: str, expected_version: int, card: C, actor: str) -> CardRow[C]:
        """Replace a card; the same one again changes nothing.

        Parameters
        ----------
        expected_version
            The version that the editor has seen.

        Raises
        ------
        NotFound
            There is no such card.
        Outdated
            Someone else has edited it meanwhile.
        """
        now, values = self._now(), self._written(key, card)
        with self._database.writing() as connection:
            self.lock(connection, key)
            found = self.read(connection, key)
            self._check_version(found, expected_version)
            differences = changes(_plain(found.card), _plain(card))
            if not differences:
                return found
            values["version"] = expected_version + 1
            connection.execute(update(self.table).where(*self._is(key)).values(values))
            detail = {"changed": [each.model_dump() for each in differences]}
            record(connection, now, Deed(actor, f"{self.noun}-changed", self.subject(key), detail))
            return self.read(connection, key)

    def list(
        self,
        *above: str,
        visible: Sight = EVERYTHING,
        text: str = "",
        limit: int = 50,
        after: tuple[str, ...] | None = None,
    ) -> tuple[CardRow[C], ...]:
        """Return a page of cards, newest first.

        Parameters
        ----------
        above
            Only what lies in this project, or this proposal of it.
        text
            Words, each of which a card's texts or identifiers must hold, whatever the case.
        after
            The last key of the page before. Raises `NotFound` if there is none such.
        """
        keys = tuple(self.table.primary_key.columns)
        query = select(self.table).where(
            *(column == value for column, value in zip(keys, above, strict=False)),
            *contains_words(self.table.c.search, text),
            self._seen(visible),
        )
        order = (self.table.c.created_at, *keys)
        with self._database.reading() as connection:
            page = newest_first(connection, query, order, after, limit)
            if page is None:
                raise self.unknown(after or ())
            return tuple(self._row(row) for row in connection.execute(page).mappings())

    def called(
        self, *above: str, identifier: str, title: str, visible: Sight = EVERYTHING
    ) -> tuple[CardRow[C], ...]:
        """Return what has this identifier or exactly this title, the oldest first.

        Raises
        ------
        BadCall
            That is no title.
        """
        exact = readable(title, f"{self.noun}.{self.title}", TITLE_LIMIT)
        keys = tuple(self.table.primary_key.columns)
        query = (
            select(self.table)
            .where(*(column == value for column, value in zip(keys, above, strict=False)))
            .where((keys[-1] == identifier) | (self.table.c[self.title] == exact))
            .where(self._seen(visible))
            .order_by(self.table.c.created_at, *keys)
        )
        with self._database.reading() as connection:
            return tuple(self._row(row) for row in connection.execute(query).mappings())

    def read(self, connection: Connection, key: tuple[str, ...]) -> CardRow[C]:
        """Return one card, inside a caller's transaction. Raises `NotFound`."""
        row = connection.execute(select(self.table).where(*self._is(key))).mappings().one_or_none()
        if row is None:
            raise self.unknown(key)
        return self._row(row)

    def lock(self, connection: Connection, key: tuple[str, ...]) -> None:
        """Let nobody else change a card until the transaction ends."""
        keys = self.table.primary_key.columns
        connection.execute(select(*keys).where(*self._is(key)).with_for_update())

    def subject(self, key: tuple[str, ...]) -> str:
        """Return what the audit log calls it: ``sample:steel/p-1/s-1``."""
        return f"{self.noun}:{'/'.join(key)}"

    def unknown(self, key: tuple[str, ...]) -> NotFound:
        """Return the error for a card that does not exist."""
        return NotFound(
            f"there is no such {self.noun}.",
            subject="/".join(key),
            remedy=f"Look for typing errors, or list what there is of each {self.noun}.",
        )

    def _check_key(self, key: tuple[str, ...]) -> None:
        for part in key:
            check_identifier(part)

    def _created(
        self, connection: Connection, key: tuple[str, ...], actor: str, now: datetime
    ) -> None:
        """Do what else comes with a new card, in its transaction."""

    def _check_parent(self, connection: Connection, key: tuple[str, ...]) -> None:
        if self.parent is None:
            return
        columns = self.parent.primary_key.columns
        same = [column == value for column, value in zip(columns, key[:-1], strict=True)]
        if connection.execute(select(*columns).where(*same)).first() is None:
            raise NotFound(
                f"there is no such {self.parent.name} to put a {self.noun} into.",
                subject="/".join(key[:-1]),
                remedy="Make it first, or look for typing errors.",
            )

    def _check_version(self, found: CardRow[C], expected: int) -> None:
        if found.version != expected:
            raise Outdated(
                f"this {self.noun} is at version {found.version}, "
                f"and the edit was made on version {expected}.",
                subject="/".join(found.key),
                remedy="Load it again, and repeat the edit on the new version.",
            )

    def _seen(self, visible: Sight) -> Any:
        return seen_cards(visible, self.table)

    def _made_by(self, actor: str) -> dict[str, str]:
        return {"owner": actor}

    def _is(self, key: tuple[str, ...]) -> tuple[Any, ...]:
        columns = self.table.primary_key.columns
        return tuple(column == value for column, value in zip(columns, key, strict=True))

    def _written(self, key: tuple[str, ...], card: C) -> dict[str, Any]:
        plain = _plain(card)
        columns = [column.name for column in self.table.primary_key.columns]
        words = (*_texts(plain), *key)
        return dict(zip(columns, key, strict=True)) | {
            self.title: readable(plain.pop(self.title), f"{self.noun}.{self.title}", TITLE_LIMIT),
            "about": encodable(canonical_json(plain).decode(), self.noun),
            "search": encodable(searched(*words), self.noun),
        }

    def _row(self, row: RowMapping) -> CardRow[C]:
        about = json.loads(row["about"]) | {self.title: row[self.title]}
        return CardRow(
            key=tuple(row[column.name] for column in self.table.primary_key.columns),
            card=self.card.model_validate(about),
            owner=row.get("owner"),
            created_at=row["created_at"],
            version=row["version"],
        )


def _plain(card: Card) -> dict[str, Any]:
    return card.model_dump(mode="json", exclude_defaults=True)


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
