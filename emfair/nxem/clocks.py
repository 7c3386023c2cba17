"""Moments that a file tells twice: with a time zone, and as a local clock showed them.

What does not belong here: which time is used (`facts`), and how vendors write times
(`emfair.vendor.times`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from emfair.model.facts import Fact, Source

QUARTER, SECOND = timedelta(minutes=15), timedelta(seconds=1)
FARTHEST_ZONE = timedelta(hours=14)
"""Kiribati's; no zone is farther from UTC, and all are whole quarters of an hour away."""


def without_repeats(facts: list[Fact], no_zone: str) -> list[Fact]:
    """Return `facts`, and mark as replaced a time of no zone that another tag tells with one.

    A reader often hands out a moment twice, the second time without its zone: the two are then
    equal, or some quarters of an hour apart, and need nobody's attention.

    Parameters
    ----------
    no_zone
        The warning of a time without a zone; one with a zone has none.
    """
    ours = [fact for fact in facts if fact.source is Source.VENDOR and fact.key in _TIMES]
    zoned = [fact for fact in ours if not fact.warning]
    repeated = {
        id(fact)
        for fact in ours
        if fact.warning == no_zone
        and any(one.key == fact.key and _same(one.value_text, fact.value_text) for one in zoned)
    }
    return [fact.model_copy(update=REPEATED) if id(fact) in repeated else fact for fact in facts]


REPEATED = {
    "warning": "",
    "replaced_by": Source.VENDOR.value,
    "reason": "says the same without its zone",
}
_TIMES = ("start_time", "end_time")


def _same(zoned: str, local: str) -> bool:
    moment = datetime.fromisoformat(zoned).astimezone(UTC).replace(tzinfo=None)
    apart = datetime.fromisoformat(local) - moment
    from_a_quarter = (apart + QUARTER / 2) % QUARTER - QUARTER / 2
    return abs(apart) <= FARTHEST_ZONE + SECOND and abs(from_a_quarter) < SECOND
