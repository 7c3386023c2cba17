"""People: found by who wants to invite them, their own cards edited by themselves.

A card is made at someone's first login (`emfair.service.reception`).
"""

from __future__ import annotations

from emfair.identity.table import Action
from emfair.model.nouns import PersonCard
from emfair.registry import CardRow
from emfair.service.access import Access, Granted
from emfair.service.nouns import cards
from emfair.service.nouns.cards import CardPage
from emfair.service.pages import PAGE


def people(
    access: Access, *, text: str = "", limit: int = PAGE, after: str | None = None
) -> CardPage[PersonCard]:
    """Return a page of the people who have been here, whoever came last first.

    Raises `BadCall` if `limit` is out of bounds, `NotFound` if `after` is no cursor.
    """
    action, registry = Action.READ_PERSON, access.services.registry
    if after is not None:
        access.person(action, after)
    return cards.page(access, registry.people, action, text=text, limit=limit, after=after)


def edit_person(
    editing: Granted[CardRow[PersonCard]], card: PersonCard, *, expected_version: int
) -> CardRow[PersonCard]:
    """Replace a person's card. Raises `Outdated`."""
    registry = editing.access.services.registry
    return cards.edit(editing, registry.people, card, expected_version=expected_version)
