"""Samples: found, made, edited; what they were made from; the barcodes on their boxes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from emfair.errors import Conflict, NotFound
from emfair.identity.policy import not_there
from emfair.identity.table import About, Action
from emfair.model.nouns import ProposalCard, SampleCard
from emfair.nxem.annotations import quantity_of
from emfair.nxem.keys import keys
from emfair.registry import CardRow, SampleKey
from emfair.service.access import Access, Granted
from emfair.service.nouns import cards
from emfair.service.nouns.cards import CardPage
from emfair.service.nouns.projects import experiments
from emfair.service.pages import PAGE

SampleRow = CardRow[SampleCard]


@dataclass(frozen=True)
class Family:
    """What a sample was made from, and what was made from it; of what someone may see."""

    parents: tuple[SampleRow, ...]
    children: tuple[SampleRow, ...]


def samples(
    access: Access,
    project: str,
    proposal: str,
    *,
    text: str = "",
    limit: int = PAGE,
    after: str | None = None,
) -> CardPage[SampleCard]:
    """Return a page of a proposal's samples that someone may see, newest first.

    Raises
    ------
    BadCall
        `limit` is out of bounds.
    NotFound
        There is no such proposal, nothing of it may be seen, or `after` is no cursor.
    """
    action, registry = Action.READ_SAMPLE, access.services.registry
    if after is not None:
        access.sample(action, (project, proposal, after))
    found = cards.page(
        access, registry.samples, action, project, proposal, text=text, limit=limit, after=after
    )
    if not found.rows:
        access.proposal(Action.READ_PROPOSAL, project, proposal)
    held = experiments(access, project, proposal, among=[row.id for row in found.rows])
    return replace(found, experiments=held)


def create_sample(
    into: Granted[CardRow[ProposalCard]], card: SampleCard, identifier: str | None = None
) -> SampleRow:
    """Make a sample in a proposal; without an identifier its title gives it one.

    Raises
    ------
    BadName
        That is none.
    BadAnnotations
        The thickness cannot be read, or cannot be.
    Conflict
        There is one with this identifier.
    """
    _check(card)
    return cards.create(
        into.access,
        into.access.services.registry.samples,
        *into.row.key,
        identifier=identifier,
        card=card,
    )


def edit_sample(
    editing: Granted[SampleRow], card: SampleCard, *, expected_version: int
) -> SampleRow:
    """Replace a sample's card. Raises `Outdated`, and `BadAnnotations` as `create_sample` does."""
    _check(card)
    registry = editing.access.services.registry
    return cards.edit(editing, registry.samples, card, expected_version=expected_version)


def family(reading: Granted[SampleRow]) -> Family:
    """Return a sample's parents and children."""
    access = reading.access
    found = access.services.registry.samples.relatives(sample_key(reading.row))
    return Family(_seen(access, found.parents), _seen(access, found.children))


def derive(editing: Granted[SampleRow], parent: SampleKey) -> None:
    """Note that a sample was made from `parent`, which they must see; again is no error.

    Raises
    ------
    Conflict
        `parent` was made from it, directly or by others in between.
    NotFound
        There is no such parent, or they may not see it.
    """
    access = editing.access
    access.sample(Action.READ_SAMPLE, parent)
    samples = access.services.registry.samples
    samples.derive(sample_key(editing.row), parent, actor=access.subject)


def underive(editing: Granted[SampleRow], parent: SampleKey) -> None:
    """Take back that a sample was made from `parent`; if nobody said so, that is no error."""
    samples = editing.access.services.registry.samples
    samples.underive(sample_key(editing.row), parent, actor=editing.access.subject)


def barcodes(reading: Granted[SampleRow]) -> tuple[str, ...]:
    """Return the barcodes on a sample, the oldest first."""
    return reading.access.services.registry.samples.barcodes(sample_key(reading.row))


def label(editing: Granted[SampleRow], text: str) -> None:
    """Put a barcode on a sample; again is no error.

    Raises
    ------
    BadCall
        It is empty, too long, or no text.
    Conflict
        It is on another sample, which is named only to whoever may see it.
    """
    access = editing.access
    samples = access.services.registry.samples
    try:
        samples.label(sample_key(editing.row), text, actor=access.subject)
    except Conflict as error:
        with suppress(NotFound):
            by_barcode(access, text)
            raise
        raise Conflict(
            "is on another sample already.", subject=text, remedy="Print another one."
        ) from error


def unlabel(editing: Granted[SampleRow], text: str) -> None:
    """Take a barcode off a sample; if it is not on this one, that is no error."""
    samples = editing.access.services.registry.samples
    samples.unlabel(sample_key(editing.row), text, actor=editing.access.subject)


def by_barcode(access: Access, text: str) -> SampleRow:
    """Return the sample with this barcode. Raises `NotFound` if there is none that may be seen."""
    row = access.services.registry.samples.by_barcode(text)
    absent = not_there(access.principal, About.SAMPLE, text)
    if row is None:
        raise absent
    try:
        return access.sample(Action.READ_SAMPLE, sample_key(row))
    except NotFound as error:
        raise absent from error


def sample_key(row: SampleRow) -> SampleKey:
    """Return a sample's key as three."""
    project, proposal, sample = row.key
    return project, proposal, sample


def _seen(access: Access, relatives: tuple[SampleKey, ...]) -> tuple[SampleRow, ...]:
    seen = []
    for key in relatives:
        with suppress(NotFound):
            seen.append(access.sample(Action.READ_SAMPLE, key))
    return tuple(seen)


def _check(card: SampleCard) -> None:
    if card.thickness is not None:
        quantity_of(keys()["thickness"], card.thickness, "sample.thickness")
