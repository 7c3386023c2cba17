"""People: found by who wants to invite them, their own cards edited by themselves; their projects.

A card is made at someone's first login (`emfair.service.reception`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from emfair.errors import Forbidden, NotFound
from emfair.identity.table import Action
from emfair.model.nouns import PersonCard, ProjectCard
from emfair.registry import CardRow
from emfair.service.access import Access, Granted
from emfair.service.nouns import cards
from emfair.service.nouns.cards import CardPage
from emfair.service.pages import PAGE


@dataclass(frozen=True)
class Part:
    """The role that someone has in a project, and the first moment they have it no more."""

    project: CardRow[ProjectCard]
    role: str
    until: datetime | None


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


def projects_of(access: Access, subject: str) -> tuple[Part, ...]:
    """Return the roles that memberships give someone, in projects whose members one may see."""
    found = []
    for row in access.services.registry.memberships.of_subject(subject):
        with suppress(NotFound, Forbidden):
            project = access.project(Action.READ_MEMBERS, row.project)
            found.append(Part(project, row.role, row.until))
    return tuple(found)
