"""Where a deposit goes: what people write for project, proposal, sample, among what there is.

A word is the identifier of something, or its title, now or once; what is not there yet is called
so. Only what whoever asks may see is found by its title. What does not belong here: how an
identifier is made of a title (`emfair.model.identifiers`), and who may make what (`deposits`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emfair.errors import Conflict
from emfair.identity.table import Action
from emfair.model.deposits import Whereto
from emfair.model.identifiers import identifier_of
from emfair.model.manifest import Place
from emfair.registry import CardRow
from emfair.registry.cards import Cards
from emfair.service.access import Access

_READING = (Action.READ_PROJECT, Action.READ_PROPOSAL, Action.READ_SAMPLE)


def placed(access: Access, whereto: Whereto, experiment: str) -> Place:
    """Return where `experiment` hangs.

    Raises
    ------
    BadCall
        A word can be no title.
    Conflict
        Another thing has the identifier that a title gives, or several have the title.
    """
    words = (whereto.project, whereto.proposal, whereto.sample)
    project, proposal, sample = identifiers(access, *words)
    return Place(project=project, proposal=proposal, sample=sample, experiment=experiment)


def identifiers(access: Access, *words: str) -> tuple[str, ...]:
    """Return the identifiers of a project, a proposal in it, a sample in that; as `placed`."""
    registry = access.services.registry
    levels: tuple[Cards[Any], ...] = (registry.projects, registry.proposals, registry.samples)
    found: tuple[str, ...] = ()
    for word, cards, action in zip(words, levels, _READING, strict=False):
        found += (_identifier(access, cards, action, word, found),)
    return found


def _identifier(
    access: Access, cards: Cards[Any], action: Action, word: str, above: tuple[str, ...]
) -> str:
    given = identifier_of(word, cards.noun)
    rows = cards.called(*above, identifier=given, title=word, visible=_whole(access).sight(action))
    at = next((row for row in rows if row.id == given), None)
    if at is not None and (word.strip().casefold() == given or _gives(access, cards, at)):
        return given
    titled = [row.id for row in rows if row is not at]
    if len(titled) == 1:
        return titled[0]
    if titled:
        raise Conflict(
            f"several have this title: {', '.join(titled)}.",
            subject=word,
            remedy=f"Name the {cards.noun} by its identifier.",
        )
    if at is not None:
        raise Conflict(
            f"another {cards.noun} has its identifier, {given}: it is called {at.card.title!r}.",
            subject=word,
            remedy=f"Name it {given} if you mean that one, or choose another title.",
        )
    return given


def _whole(access: Access) -> Access:
    """Return the access of a token's holder: its scopes hide nothing of what they may see."""
    if access.principal is None:
        return access
    return replace(access, principal=replace(access.principal, scopes=None))


def _gives(access: Access, cards: Cards[Any], row: CardRow[Any]) -> bool:
    """Whether a title of `row` gives its identifier; who wrote an earlier one may go on so."""
    deeds = access.services.registry.audit.list(
        subject=cards.subject(row.key), action=f"{cards.noun}-changed"
    )
    changes = [each for deed in deeds for each in deed.detail["changed"]]
    once = [each["old"] for each in changes if each["field"] == cards.title]
    titles = [getattr(row.card, cards.title), *once]
    return any(identifier_of(title, cards.noun) == row.id for title in titles)
