"""What a person should look at: sources that contradict each other, values that cannot be.

A pure function of facts. A message says what is the same for all files of a session, so that many
of them are shown as one; what a single file says, and where, stands in the hint. What does not
belong here: which value is used (`facts`), and what NXem asks for (`emfair.validation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from math import pi, remainder

from emfair.model.facts import OF_FILES, Fact, Source
from emfair.model.findings import Finding, Severity, in_order
from emfair.nxem.clocks import NO_ZONE, TIMES, is_local
from emfair.nxem.facts import IMPOSSIBLE, OF_ANOTHER_DAY, is_backwards, of_the_whole, used
from emfair.nxem.keys import Key, keys
from emfair.nxem.names import alike
from emfair.nxem.show import shown
from emfair.vendor.times import TWO_READINGS

APART = timedelta(days=2)
"""A session may last over night, and a clock may know no summer time; more is another session."""
RULES = frozenset(
    {
        "ambiguous-date",
        "elements-looked-for",
        "ends-before-it-starts",
        "impossible-value",
        "left-over",
        "no-time-zone",
        "sources-disagree",
    }
)
"""What findings of this module call themselves."""
LONGEST = 80
"""Letters of a value in a message."""


def doubts(facts: Iterable[Fact], file: str) -> list[Finding]:
    """Return what is odd about a signal's facts, in order.

    Contradictions between what is used and what it replaced, values that cannot be and that
    nothing else stands for, times without a zone, people and samples that may be left over from
    another session. Nothing here makes data invalid.

    Parameters
    ----------
    facts
        All of one signal's (`emfair.nxem.facts.facts_of`).
    file
        The raw file, as named in the manifest. Signals of one file often give equal findings;
        `emfair.model.findings.in_order` keeps one.
    """
    everything = list(facts)
    chosen = used(everything)
    found = [
        *_contradictions(everything, chosen, file),
        *_impossible(everything, chosen, file),
        *_left_over(everything, chosen, file),
        *_backwards(everything, chosen, file),
        *_suggestions(chosen, file),
    ]
    return in_order(found)


def _contradictions(facts: list[Fact], chosen: dict[str, Fact], file: str) -> Iterator[Finding]:
    """Compare what people say with other sources; one that agrees speaks for it.

    A file's own tags differ for good reasons: nobody outside could say which is right. So do the
    name on a form and the title of the sample's record.
    """
    for name, first in chosen.items():
        key, others = keys()[name], [fact for fact in facts if fact.key == name]
        if first.source in (Source.VENDOR, Source.DERIVED):
            whole = [fact for fact in others if of_the_whole(fact) and not fact.warning]
            if whole and differ(key, whole[0], first):
                advice = f"check {_where(whole[0])}, or say of this file alone what is right"
                found = _disagree(key, whole[0], first, f"{_start(first)} is used: {advice}.", file)
                yield found.model_copy(update={"severity": Severity.NOTE})  # it counts for others
            continue
        others = [
            fact for fact in others if fact.source is not first.source and _comparable(fact, first)
        ]
        if others and all(differ(key, first, other) for other in others):
            advice = f"{_start(first)} is used: check {_where(first)}."
            yield _disagree(key, first, others[0], advice, file)


def _disagree(key: Key, person: Fact, other: Fact, advice: str, file: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        rule="sources-disagree",
        message=f"{key.label}: {_says(person)}, {_source(other)} something else.",
        hint=f"{_exactly(other)}. {advice}",
        file=file,
        field=key.field,
    )


def _comparable(fact: Fact, first: Fact) -> bool:
    """Whether a fact says something that can speak for or against the one that is used.

    A time without a zone can: it is wrong by a day at most.
    """
    if {fact.source, first.source} == {Source.RECORD, Source.FORM} and fact.key == "sample_name":
        return False
    return bool(fact.value_text or fact.value_num is not None) and fact.warning in ("", NO_ZONE)


def differ(key: Key, one: Fact, other: Fact) -> bool:
    """Whether two values of `key` contradict each other so far that a person should look."""
    if key.differs is None:
        return False
    if key.differs == "words":
        return not alike(one.value_text, other.value_text)
    if key.differs == "days":
        return _days_apart(one.value_text, other.value_text)
    if one.value_num is None or other.value_num is None:
        return False
    return _far(key, one.value_num, other.value_num, key.differs)


def _far(key: Key, one: float, other: float, factor: float) -> bool:
    apart = abs(one - other)
    if key.unit == "rad":
        apart = abs(remainder(apart, 2 * pi))
    low, high = sorted((abs(one), abs(other)))
    return apart > key.close and (one * other < 0 or high > factor * low)


def _days_apart(one: str, other: str) -> bool:
    try:
        first, second = (datetime.fromisoformat(text) for text in (one, other))
    except ValueError:
        return False
    zoned = [when if when.tzinfo else when.replace(tzinfo=UTC) for when in (first, second)]
    return abs(zoned[0] - zoned[1]) > APART


def _impossible(facts: list[Fact], chosen: dict[str, Fact], file: str) -> Iterator[Finding]:
    """Tell what was not used, unless a file's odd tag is replaced: then nobody needs to act."""
    for fact in facts:
        key = keys()[fact.key]
        replaced = fact.key in chosen and fact.source is not Source.FORM
        if replaced or not (fact.value_text or fact.value_num is not None):
            continue
        if fact.warning == NO_ZONE:
            severity, rule = Severity.NOTE, "no-time-zone"
            problem = "says no time zone"
            remedy = "with its offset (+01:00)"
            if is_local(fact) and "time_zone" not in chosen:
                remedy += ", or instrument.time_zone for all of its files"
        elif fact.warning == TWO_READINGS:
            severity, rule = Severity.RECOMMENDED, "ambiguous-date"
            problem = "tells a date that can be read in two ways"
            remedy = "with its offset (+01:00)"
        elif fact.warning.startswith(IMPOSSIBLE):
            severity, rule = Severity.RECOMMENDED, "impossible-value"
            problem, remedy = "says what cannot be", "if you know it"
        else:
            continue
        yield Finding(
            severity=severity,
            rule=rule,
            message=f"{key.label}: {_source(fact)} {problem}; it is not used.",
            hint=f"{_exactly(fact)}. Fill in {key.field} {remedy}.",
            file=file,
            field=key.field,
        )


def _left_over(facts: list[Fact], chosen: dict[str, Fact], file: str) -> Iterator[Finding]:
    """Tell whom and what a file names that may be of an earlier session, unless people agree."""
    for fact in facts:
        first = chosen.get(fact.key)
        if not fact.left_over or not fact.value_text:
            continue
        if first is not None and alike(first.value_text, fact.value_text):
            continue
        key = keys()[fact.key]
        word = f"what {_source(fact)} says is"
        if first is not None:
            word = f"{_says(first)}, {_source(fact)} something else,"
        yield Finding(
            severity=Severity.NOTE,
            rule="left-over",
            message=f"{key.label}: {word} often left over from another session.",
            hint=f"{_exactly(fact)}, which is not used. "
            f"{'Check' if first is not None else 'Fill in'} {key.field}.",
            file=file,
            field=key.field,
        )


def _backwards(facts: list[Fact], chosen: dict[str, Fact], file: str) -> Iterator[Finding]:
    """Tell an end before the start; also one that is said of all, and not used for this file."""
    of_all = {fact.key: fact for fact in facts if fact.warning == OF_ANOTHER_DAY}
    start, end = ({**chosen, **of_all}.get(key) for key in TIMES)
    if start is None or end is None or not is_backwards(start, end):
        return
    message = "The acquisition ends before it starts."
    if of_all:
        said = "ends before this file starts" if end.warning else "starts after this file ends"
        message = f"What is said of all files {said}; it is not used for this one."
    yield Finding(
        severity=Severity.WARNING,
        rule="ends-before-it-starts",
        message=message,
        hint=f"The end is {end.value_text}, the start {start.value_text}: "
        f"check {_where(end)} and {_where(start)}.",
        file=file,
        field="start_time" if start.warning else "end_time",
    )


def _suggestions(chosen: dict[str, Fact], file: str) -> Iterator[Finding]:
    """Offer elements that were looked for, where nobody has said yet what is in the sample."""
    looked_for = chosen.get("elements")
    if looked_for is None or "atom_types" in chosen:
        return
    symbols = ", ".join(looked_for.value_text.split(","))
    yield Finding(
        severity=Severity.NOTE,
        rule="elements-looked-for",
        message="The file lists elements that were looked for.",
        hint=f"If they are in the sample, write sample.atom_types: [{symbols}].",
        file=file,
        field="sample.atom_types",
    )


_SOURCES = {
    Source.FORM: "the form",
    Source.PROFILE: "the instrument's profile",
    Source.RECORD: "the sample's record",
    Source.CALENDAR: "the calendar",
    Source.VENDOR: "the file",
    Source.DERIVED: "the file's format",
}


def _source(fact: Fact) -> str:
    """Return who says so; what a local time was is the file's word, too."""
    return _SOURCES[Source.VENDOR if fact.key in TIMES and fact.source in OF_FILES else fact.source]


def _says(fact: Fact) -> str:
    value = shown(fact)
    return f"{_source(fact)} says {value if len(value) <= LONGEST else value[:LONGEST] + '…'}"


def _start(fact: Fact) -> str:
    return _source(fact).capitalize()


def _exactly(fact: Fact) -> str:
    """Return what a source says, and where, as the beginning of a hint."""
    place = f" at {_where(fact)}" if fact.source_path else ""
    said = _says(fact)
    return f"{said[:1].upper()}{said[1:]}{place}"


def _where(fact: Fact) -> str:
    """Return where a value stands, in the words of whoever can look there."""
    if fact.source in (Source.FORM, Source.PROFILE, Source.RECORD):
        return fact.source_path
    return f"the tag “{fact.source_path}”" if fact.source_path else _source(fact)
