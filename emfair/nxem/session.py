"""What an experiment's measurements say of it as a whole: when it began, who ran it.

What does not belong here: which fact of a key is used (`facts`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from emfair.model.annotations import Annotations
from emfair.model.facts import Fact

UsedFacts = Mapping[str, Fact]
"""A measurement's used facts by their keys (`facts.used`)."""


def started(notes: Annotations, measurements: Collection[UsedFacts]) -> datetime | None:
    """Return when it began, in UTC: what a person wrote, or the earliest measurement's start."""
    return utc(notes.start_time) or min(times(measurements, "start_time"), default=None)


def operator(notes: Annotations, measurements: Collection[UsedFacts]) -> str | None:
    """Return who ran it: whom a person named, or whom most measurements do."""
    return next(iter(operators(notes, measurements)), None)


def operators(notes: Annotations, measurements: Collection[UsedFacts]) -> tuple[str, ...]:
    """Return all who ran it: whom a person named, or whom measurements do, most of them first."""
    if notes.user.name:
        return (notes.user.name,)
    return ranked(measurements, "operator")


def instrument(facts: UsedFacts) -> str | None:
    """Return a measurement's instrument by its own name, or else its model; None if unsaid."""
    return text(facts, "instrument_name") or text(facts, "model")


def text(facts: UsedFacts, key: str) -> str | None:
    """Return a used fact's text; None without one."""
    return facts[key].value_text or None if key in facts else None


def most_common(measurements: Iterable[UsedFacts], key: str) -> str | None:
    """Return the text most measurements agree on; of equals the first in the alphabet."""
    return next(iter(ranked(measurements, key)), None)


def ranked(measurements: Iterable[UsedFacts], key: str) -> tuple[str, ...]:
    """Return each text of a key, what most measurements say first; equals by the alphabet."""
    counts = Counter(found for facts in measurements if (found := text(facts, key)))
    return tuple(sorted(counts, key=lambda one: (-counts[one], one)))


def times(measurements: Iterable[UsedFacts], key: str) -> Iterator[datetime]:
    """Yield the times that can be compared; those without an offset cannot."""
    for facts in measurements:
        try:
            time = datetime.fromisoformat(text(facts, key) or "")
        except ValueError:
            continue
        if time.tzinfo:
            yield time.astimezone(UTC)


def utc(time: datetime | None) -> datetime | None:
    """Return a time in UTC; one without an offset is taken for one."""
    if time is None:
        return None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
