"""Cards of any kind: a page of them, a new one, an edit.

What does not belong here: what is one noun's own, which stands in its module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from emfair.errors import TooMuch
from emfair.identity.table import Action
from emfair.model.canonical import canonical_json
from emfair.model.identifiers import identifier_of
from emfair.model.nouns import Card
from emfair.registry import CardRow
from emfair.registry.cards import Cards
from emfair.service.access import Access, Granted
from emfair.service.naming import names
from emfair.service.pages import PAGE, check_limit

C = TypeVar("C", bound=Card)
CARD_LIMIT = 100_000
"""Bytes of a card as JSON; a full one of an instrument has some 5,000."""


@dataclass(frozen=True)
class CardPage(Generic[C]):
    """One page of cards, newest first.

    Attributes
    ----------
    next
        The cursor of the page after it.
    names
        What their owners are called, by subject.
    experiments
        How many experiments lie in each that whoever asks may see; what has none is not there.
    """

    rows: tuple[CardRow[C], ...]
    next: str | None
    names: Mapping[str, str] = field(default_factory=dict)
    experiments: Mapping[str, int] = field(default_factory=dict)


def page(
    access: Access,
    cards: Cards[C],
    action: Action,
    *above: str,
    text: str = "",
    limit: int = PAGE,
    after: str | None = None,
) -> CardPage[C]:
    """Return a page of the cards that someone may do `action` to.

    Parameters
    ----------
    above
        Only what lies in this project, or this proposal of it.
    after
        `CardPage.next` of the page before; that it may be seen, was asked before.

    Raises
    ------
    BadCall
        `limit` is out of bounds.
    """
    check_limit(limit)
    rows = cards.list(
        *above,
        visible=access.sight(action),
        text=text,
        limit=limit + 1,
        after=None if after is None else (*above, after),
    )
    shown = rows[:limit]
    owners = names(access.services, (row.owner for row in shown if row.owner))
    return CardPage(shown, shown[-1].id if len(rows) > limit else None, owners)


def create(
    access: Access, cards: Cards[C], *above: str, identifier: str | None, card: C
) -> CardRow[C]:
    """Make a card; without an identifier its title gives it one.

    Raises
    ------
    BadName
        That is no identifier.
    Conflict
        There is one with this identifier.
    TooMuch
        The card is too large.
    """
    _check_size(card)
    if identifier is None:
        identifier = identifier_of(getattr(card, cards.title), cards.noun)
    return cards.create(*above, identifier, card=card, actor=access.subject)


def edit(
    editing: Granted[CardRow[C]], cards: Cards[C], card: C, *, expected_version: int
) -> CardRow[C]:
    """Replace a card as a whole.

    Raises
    ------
    Outdated
        Someone else has edited it since `expected_version`.
    TooMuch
        The card is too large.
    """
    _check_size(card)
    return cards.edit(
        *editing.row.key,
        expected_version=expected_version,
        card=card,
        actor=editing.access.subject,
    )


def _check_size(card: Card) -> None:
    size = len(canonical_json(card))
    if size > CARD_LIMIT:
        raise TooMuch(
            f"the card has {size:,} bytes; {CARD_LIMIT:,} are the most.",
            remedy="Keep what is long elsewhere, and name it in the description.",
        )
