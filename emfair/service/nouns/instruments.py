"""Instruments: found, made, edited; what their profiles say is checked as an annotation is.

Nothing that a card names is ever fetched: a landing page's address is kept as it is.
"""

from __future__ import annotations

from emfair.identity.table import Action
from emfair.model.nouns import InstrumentCard
from emfair.nxem.annotations import number_of
from emfair.nxem.written import cut
from emfair.registry import CardRow
from emfair.service.access import Access, Granted
from emfair.service.nouns import cards
from emfair.service.nouns.cards import CardPage
from emfair.service.pages import PAGE


def instruments(
    access: Access, *, text: str = "", limit: int = PAGE, after: str | None = None
) -> CardPage[InstrumentCard]:
    """Return a page of the instruments that someone may see, newest first.

    Raises `BadCall` if `limit` is out of bounds, `NotFound` if `after` is no cursor.
    """
    action, registry = Action.READ_INSTRUMENT, access.services.registry
    if after is not None:
        access.instrument(action, after)
    return cards.page(access, registry.instruments, action, text=text, limit=limit, after=after)


def create_instrument(
    access: Access, card: InstrumentCard, identifier: str | None = None
) -> CardRow[InstrumentCard]:
    """Make an instrument, which then is theirs; without an identifier its title gives it one.

    Raises
    ------
    BadName
        That is none.
    BadAnnotations
        The profile names an unknown key, or a value that cannot be.
    Conflict
        There is one with this identifier.
    """
    _check(card)
    return cards.create(
        access,
        access.services.registry.instruments,
        identifier=identifier,
        card=card,
    )


def edit_instrument(
    editing: Granted[CardRow[InstrumentCard]], card: InstrumentCard, *, expected_version: int
) -> CardRow[InstrumentCard]:
    """Replace an instrument's card.

    Raises `Outdated`, and `BadAnnotations` as `create_instrument` does.
    """
    _check(card)
    registry = editing.access.services.registry
    return cards.edit(editing, registry.instruments, card, expected_version=expected_version)


def _check(card: InstrumentCard) -> None:
    for name, text in card.profile.measurement.items():
        number_of(name, text, f"profile.measurement.{cut(name)}")
