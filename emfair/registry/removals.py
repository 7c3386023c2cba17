"""Cards that can be removed: as long as nothing hangs on them.

What was made by a typing error goes again, and its deeds stay in the audit log. What ever held an
experiment stays, also if that was given up or withdrawn: the lake and the index name it. What does
not belong here: who may remove (`emfair.identity`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, delete, func, not_, select, true

from emfair.errors import Conflict
from emfair.model.nouns import Card
from emfair.registry.audit import Deed, record
from emfair.registry.cards import Cards
from emfair.registry.tables import PERSON_LIMIT, experiment
from emfair.registry.texts import storable

C = TypeVar("C", bound=Card)
_NAMED = 3


@dataclass(frozen=True)
class Hanging:
    """Things of one kind that hang on a card: how many, and some of their identifiers."""

    noun: str
    number: int
    some: tuple[str, ...]

    @property
    def words(self) -> str:
        """What there is.

        >>> Hanging("proposal", 4, ("a", "b")).words
        '4 proposals (a, b, …)'
        """
        plural = "" if self.number == 1 else "s"
        more = ("…",) if 0 < len(self.some) < self.number else ()
        some = f" ({', '.join((*self.some, *more))})" if self.some else ""
        return f"{self.number:,} {self.noun}{plural}{some}"


class Removable(Cards[C], ABC):
    """The cards of one kind that go when nothing hangs on them."""

    def hanging(self, *key: str) -> tuple[Hanging, ...]:
        """Return what hangs on a card; nothing if it can be removed. Raises `NotFound`."""
        with self._database.reading() as connection:
            self.read(connection, key)
            return tuple(self._hanging(connection, key))

    def remove(self, *key: str, expected_version: int, actor: str) -> None:
        """Remove a card, with what only tells of it: memberships, links, barcodes, origins.

        Parameters
        ----------
        expected_version
            The version that whoever removes it has seen.

        Raises
        ------
        Conflict
            Something hangs on it.
        NotFound
            There is no such card.
        Outdated
            Someone else has edited it meanwhile.
        """
        actor, now = storable(actor, "actor", PERSON_LIMIT), self._now()
        with self._database.writing() as connection:
            self.lock(connection, key)
            found = self.read(connection, key)
            self._check_version(found, expected_version)
            if hanging := tuple(self._hanging(connection, key)):
                raise self._holds(key, hanging)
            self._let_go(connection, key, actor, now)
            connection.execute(delete(self.table).where(*self._is(key)))
            detail = {self.title: getattr(found.card, self.title)}
            record(connection, now, Deed(actor, f"{self.noun}-removed", self.subject(key), detail))

    @abstractmethod
    def _hanging(self, connection: Connection, key: tuple[str, ...]) -> Iterable[Hanging]:
        """Yield what hangs on a card, kind by kind; nothing of a kind that there is none of."""

    def _let_go(
        self, connection: Connection, key: tuple[str, ...], actor: str, now: datetime
    ) -> None:
        """Remove what only tells of a card, before the card goes, in its transaction."""

    def _holds(self, key: tuple[str, ...], hanging: tuple[Hanging, ...]) -> Conflict:
        held = " and ".join(one.words for one in hanging)
        return Conflict(
            f"this {self.noun} is not empty: {held} still hang on it. Experiments count also if "
            "they were given up or withdrawn.",
            subject="/".join(key),
            remedy="Remove what is empty of that first. What holds an experiment stays.",
        )


def counted(
    connection: Connection,
    noun: str,
    identifier: ColumnElement[str],
    where: ColumnElement[bool],
    named: ColumnElement[bool] | None = None,
) -> Iterable[Hanging]:
    """Yield how many rows there are, and some by name; nothing where there is none.

    Parameters
    ----------
    named
        Which of them may be named to whoever removes.
    """
    number = connection.execute(select(func.count(identifier)).where(where)).scalar_one()
    if number:
        some = select(identifier).where(where, true() if named is None else named)
        names = connection.execute(some.order_by(identifier).limit(_NAMED)).scalars()
        yield Hanging(noun, number, tuple(names))


def experiments_of(connection: Connection, where: ColumnElement[bool]) -> Iterable[Hanging]:
    """Yield the experiments of which `where` is true; what is restricted is not named."""
    table = experiment.c
    return counted(connection, "experiment", table.id, where, not_(table.restricted))
