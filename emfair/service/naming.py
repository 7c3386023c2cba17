"""What subjects are called: people by their cards, instruments that act by themselves by theirs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from emfair.errors import NotFound
from emfair.identity.tokens import INSTRUMENT
from emfair.service.services import Services


def names(services: Services, subjects: Iterable[str]) -> dict[str, str]:
    """Return what those of `subjects` are called who have a card."""
    wanted = set(subjects)
    found = services.registry.people.names(wanted)
    for subject in sorted(wanted - found.keys()):
        if subject.startswith(INSTRUMENT):
            with suppress(NotFound):
                card = services.registry.instruments.get(subject.removeprefix(INSTRUMENT)).card
                found[subject] = card.title
    return found
