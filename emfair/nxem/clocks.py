"""Moments as a local clock showed them: what they were, and which are told a second time.

What does not belong here: which time is used (`facts`), and how vendors write times
(`emfair.vendor.times`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from emfair import __version__
from emfair.model.facts import OF_FILES, Fact, Source

NO_ZONE = "has no time zone: not used"
"""Warning of a time that could be anywhere."""
TIMES = ("start_time", "end_time")
"""Keys of what a clock showed; the document's fields of that name are the whole experiment's."""

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


def unzoned(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts as they were read, whatever zone they were taken in before (`zoned`)."""
    return [
        fact.model_copy(update=_AS_READ) if _is_taken(fact) else fact
        for fact in facts
        if fact.extractor != __name__
    ]


def _is_taken(fact: Fact) -> bool:
    """Whether it stands aside for what it was in a zone: no other derived value is stronger."""
    return fact.source in OF_FILES and fact.replaced_by == Source.DERIVED.value


_AS_READ = {"warning": NO_ZONE, "replaced_by": "", "reason": ""}


def is_local(fact: Fact) -> bool:
    """Whether it is a time that the clock's zone would make certain; a day alone is none."""
    return fact.warning == NO_ZONE and not _is_day(fact.raw)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def is_helped_by_a_zone(facts: Collection[Fact]) -> bool:
    """Whether a measurement would say more of when it was made if the zone were known.

    Not where something else says it, and not where the zone is known and did not help.
    """
    known = {fact.key: fact for fact in facts if not fact.replaced_by and not fact.warning}
    return "time_zone" not in known and any(
        fact.key in TIMES and fact.key not in known and is_local(fact) for fact in facts
    )


def _in_zone(fact: Fact, zone: Fact) -> Iterator[Fact]:
    moment = _moment(fact.value_text, zone.value_text) if is_local(fact) else None
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
    ours = [fact for fact in facts if fact.source is Source.VENDOR and fact.key in TIMES]
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


def _same(certain: str, local: str) -> bool:
    moment = datetime.fromisoformat(certain).astimezone(UTC).replace(tzinfo=None)
    apart = datetime.fromisoformat(local) - moment
    from_a_quarter = (apart + QUARTER / 2) % QUARTER - QUARTER / 2
    return abs(apart) <= FARTHEST_ZONE + SECOND and abs(from_a_quarter) < SECOND
