"""Projects and the proposals in them: found, made, edited.

The first deposit that names one makes it, too (`emfair.service.deposits`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from emfair.identity.table import Action
from emfair.model.identifiers import identifier_of
from emfair.model.nouns import ProjectCard, ProposalCard
from emfair.registry import CardRow
from emfair.service.access import Access, Granted
from emfair.service.new_projects import check_may_create
from emfair.service.nouns import cards
from emfair.service.nouns.cards import CardPage
from emfair.service.pages import PAGE


def projects(
    access: Access, *, text: str = "", limit: int = PAGE, after: str | None = None
) -> CardPage[ProjectCard]:
    """Return a page of the projects that someone may see, newest first.

    Parameters
    ----------
    text
        Words that a card or its identifier must all hold, whatever the case.
    after
        `CardPage.next` of the page before.

    Raises
    ------
    BadCall
        `limit` is out of bounds.
    NotFound
        `after` is no cursor.
    """
    action, registry = Action.READ_PROJECT, access.services.registry
    if after is not None:
        access.project(action, after)
    found = cards.page(access, registry.projects, action, text=text, limit=limit, after=after)
    return replace(found, experiments=experiments(access, among=[row.id for row in found.rows]))


def proposals(
    access: Access, project: str, *, text: str = "", limit: int = PAGE, after: str | None = None
) -> CardPage[ProposalCard]:
    """Return a page of a project's proposals, as `projects` does.

    Raises `NotFound` if there is no such project, or nothing of it may be seen.
    """
    action, registry = Action.READ_PROPOSAL, access.services.registry
    if after is not None:
        access.proposal(action, project, after)
    found = cards.page(
        access, registry.proposals, action, project, text=text, limit=limit, after=after
    )
    if not found.rows:
        access.project(Action.READ_PROJECT, project)
    held = experiments(access, project, among=[row.id for row in found.rows])
    return replace(found, experiments=held)


def create_project(
    access: Access, card: ProjectCard, identifier: str | None = None
) -> CardRow[ProjectCard]:
    """Make a project, which then is theirs; without an identifier its title gives it one.

    Raises
    ------
    BadName
        That is none.
    Conflict
        There is one with this identifier.
    Unauthenticated, Forbidden
        They may not begin it.
    """
    given = identifier_of(card.title, "project") if identifier is None else identifier
    check_may_create(access, given)
    return cards.create(access, access.services.registry.projects, identifier=given, card=card)


def create_proposal(
    into: Granted[CardRow[ProjectCard]], card: ProposalCard, identifier: str | None = None
) -> CardRow[ProposalCard]:
    """Make a proposal in a project, as `create_project` does."""
    return cards.create(
        into.access,
        into.access.services.registry.proposals,
        *into.row.key,
        identifier=identifier,
        card=card,
    )


def edit_project(
    editing: Granted[CardRow[ProjectCard]], card: ProjectCard, *, expected_version: int
) -> CardRow[ProjectCard]:
    """Replace a project's card. Raises `Outdated`."""
    registry = editing.access.services.registry
    return cards.edit(editing, registry.projects, card, expected_version=expected_version)


def edit_proposal(
    editing: Granted[CardRow[ProposalCard]], card: ProposalCard, *, expected_version: int
) -> CardRow[ProposalCard]:
    """Replace a proposal's card. Raises `Outdated`."""
    registry = editing.access.services.registry
    return cards.edit(editing, registry.proposals, card, expected_version=expected_version)


def experiments(access: Access, *above: str, among: Collection[str]) -> dict[str, int]:
    """Return how many experiments that someone may see lie in each of a level below `above`."""
    return access.services.registry.experiments.count_below(
        *above, among=among, visible=access.sight(Action.READ_EXPERIMENT)
    )
