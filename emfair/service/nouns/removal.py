"""Removing what was made by mistake: a project, proposal, sample or instrument that is empty.

Nothing of the data goes: on what is removed never was an experiment. What does not belong here: who
may (``policy.yaml``), and what hangs on a card (`emfair.registry.removals`).
"""

from __future__ import annotations

from typing import TypeVar

from emfair.identity.table import About, Action
from emfair.model.nouns import Card, InstrumentCard, ProjectCard, ProposalCard, SampleCard
from emfair.registry import CardRow
from emfair.registry.removals import Removable
from emfair.service.access import Access, Granted, card_resource

C = TypeVar("C", bound=Card)


def remove_project(removing: Granted[CardRow[ProjectCard]], *, expected_version: int) -> None:
    """Remove a project without proposals, its memberships and referee links.

    Raises `Conflict` if something hangs on it, `Outdated` if it was edited since.
    """
    _remove(removing, removing.access.services.registry.projects, expected_version)


def remove_proposal(removing: Granted[CardRow[ProposalCard]], *, expected_version: int) -> None:
    """Remove a proposal without samples. Raises as `remove_project` does."""
    _remove(removing, removing.access.services.registry.proposals, expected_version)


def remove_sample(removing: Granted[CardRow[SampleCard]], *, expected_version: int) -> None:
    """Remove a sample without experiments, from which no other was made; its barcodes go, too.

    Raises as `remove_project` does.
    """
    _remove(removing, removing.access.services.registry.samples, expected_version)


def remove_instrument(removing: Granted[CardRow[InstrumentCard]], *, expected_version: int) -> None:
    """Remove an instrument that no experiment names; its tokens and memberships end.

    Raises as `remove_project` does.
    """
    _remove(removing, removing.access.services.registry.instruments, expected_version)


def can_remove_project(access: Access, row: CardRow[ProjectCard]) -> bool:
    """Whether they may remove a project, and nothing hangs on it: for what a face offers."""
    resource = card_resource(About.PROJECT, row, row.id)
    may = access.may(Action.DELETE_PROJECT, resource)
    return may and not access.services.registry.projects.hanging(*row.key)


def can_remove_proposal(access: Access, row: CardRow[ProposalCard]) -> bool:
    """Whether they may remove a proposal, and nothing hangs on it."""
    resource = card_resource(About.PROPOSAL, row, row.key[0])
    may = access.may(Action.DELETE_PROPOSAL, resource)
    return may and not access.services.registry.proposals.hanging(*row.key)


def can_remove_sample(access: Access, row: CardRow[SampleCard]) -> bool:
    """Whether they may remove a sample, and nothing hangs on it."""
    resource = card_resource(About.SAMPLE, row, row.key[0])
    may = access.may(Action.DELETE_SAMPLE, resource)
    return may and not access.services.registry.samples.hanging(*row.key)


def can_remove_instrument(access: Access, row: CardRow[InstrumentCard]) -> bool:
    """Whether they may remove an instrument, and no experiment names it."""
    resource = card_resource(About.INSTRUMENT, row, None)
    may = access.may(Action.DELETE_INSTRUMENT, resource)
    return may and not access.services.registry.instruments.hanging(*row.key)


def _remove(removing: Granted[CardRow[C]], cards: Removable[C], expected_version: int) -> None:
    cards.remove(
        *removing.row.key, expected_version=expected_version, actor=removing.access.subject
    )
