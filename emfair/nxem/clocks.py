"""Moments as a local clock showed them: what they were, and which are told a second time.

What does not belong here: which time is used (`facts`), and how vendors write times
(`emfair.vendor.times`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from emfair import __version__
from emfair.model.facts import Fact, Source

NO_ZONE = "has no time zone: not used"
"""Warning of a time that could be anywhere."""

QUARTER, SECOND = timedelta(minutes=15), timedelta(seconds=1)
FARTHEST_ZONE = timedelta(hours=14)
"""Kiribati's; no zone is farther from UTC, and all are whole quarters of an hour away."""


def zoned(facts: Iterable[Fact], zone: Fact | None) -> list[Fact]:
    """Return `facts`, and beside each time without a zone what it was in the zone of the clock.

    An hour that a clock shows twice in a night, or not at all, says nothing certain: it stays as
    it is. Unlike what it was read as, the derived fact can be used.

    Parameters
    ----------
    zone
        The used fact of the key ``time_zone``, whoever says it; None leaves everything as it is.
    """
    return list(facts) if zone is None else [one for fact in facts for one in _in_zone(fact, zone)]


def _in_zone(fact: Fact, zone: Fact) -> Iterator[Fact]:
    told = fact.warning == NO_ZONE and ":" in fact.raw  # a day alone is no time of a clock
    moment = _moment(fact.value_text, zone.value_text) if told else None
    if moment is None:
        yield fact
        return
    reason = f"its clock is in {zone.value_text} ({zone.source_path})"
    derived = {"warning": "", "replaced_by": Source.DERIVED.value, "reason": reason}
    yield fact.model_copy(update=derived)
    yield Fact(
        key=fact.key,
        value_text=moment.isoformat(),
        source=Source.DERIVED,
        source_path=fact.source_path,
        raw=fact.raw,
        extractor=__name__,
        extractor_version=__version__,
        reason=reason,
    )


def _moment(text: str, zone: str) -> datetime | None:
    """Return the moment at which clocks of a zone showed a time, if there is exactly one."""
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    sure = moment.utcoffset() == moment.replace(fold=1).utcoffset()
    return moment if sure else None


def without_repeats(facts: list[Fact]) -> list[Fact]:
    """Return `facts`, and mark as replaced a time of no zone that another tag tells with one.

    A reader often hands out a moment twice, the second time without its zone: the two are then
    equal, or some quarters of an hour apart, and need nobody's attention.
    """
    ours = [fact for fact in facts if fact.source is Source.VENDOR and fact.key in _TIMES]
    certain = [fact for fact in ours if not fact.warning]
    repeated = {
        id(fact)
        for fact in ours
        if fact.warning == NO_ZONE
        and any(one.key == fact.key and _same(one.value_text, fact.value_text) for one in certain)
    }
    return [fact.model_copy(update=REPEATED) if id(fact) in repeated else fact for fact in facts]


REPEATED = {
    "warning": "",
    "replaced_by": Source.VENDOR.value,
    "reason": "says the same without its zone",
}
_TIMES = ("start_time", "end_time")


def _same(certain: str, local: str) -> bool:
    moment = datetime.fromisoformat(certain).astimezone(UTC).replace(tzinfo=None)
    apart = datetime.fromisoformat(local) - moment
    from_a_quarter = (apart + QUARTER / 2) % QUARTER - QUARTER / 2
    return abs(apart) <= FARTHEST_ZONE + SECOND and abs(from_a_quarter) < SECOND
