"""What people call things: subjects by their cards, experiments and where they hang by titles."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from emfair.errors import NotFound
from emfair.identity.tokens import INSTRUMENT
from emfair.model.manifest import Titles
from emfair.registry import ExperimentRow
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


def titles(services: Services, experiments: Iterable[str]) -> dict[str, Titles]:
    """Return what people call experiments and where they hang, by identifier; at most a page's."""
    return services.registry.experiments.titles(set(experiments))


def places(services: Services, rows: Iterable[ExperimentRow]) -> dict[str, str]:
    """Return where experiments hang, as people call it, by their identifiers; at most a page's."""
    found = titles(services, (row.id for row in rows))
    return {experiment: place_of(called) for experiment, called in found.items()}


def place_of(called: Titles) -> str:
    """Return project, proposal and sample as people call them."""
    return f"{called.project} › {called.proposal} › {called.sample}"
