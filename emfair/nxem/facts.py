"""Which value of a key is used: form, profile, record, calendar, vendor, derived; all are kept.

What holds for all gives way to what a file says of itself (`gives_way`).

What does not belong here: what people and records say (`said`), what a person should look at
(`doubts`), and what a file tells without saying it (`infer`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from emfair.model.annotations import Annotations, InstrumentNotes
from emfair.model.context import Context
from emfair.model.facts import Fact, Source
from emfair.nxem.clocks import NO_ZONE, TIMES, unzoned, without_repeats, zoned
from emfair.nxem.infer import inferred
from emfair.nxem.keys import Key, keys
from emfair.nxem.said import form_facts, profile_facts, record_facts
from emfair.nxem.table_keys import si_units
from emfair.vendor.mapping import vendor_facts
from emfair.vendor.signal import Signal

CLOCKS_DIFFER = timedelta(days=1)
"""A microscope's clock, or its time zone, may be ahead by so much."""


def facts_of(
    signal: Signal,
    file: str,
    notes: Annotations,
    profile: InstrumentNotes | None = None,
    latest: datetime | None = None,
    context: Context | None = None,
) -> list[Fact]:
    """Return all facts about a signal of raw file `file`, with the used one of each key marked.

    A fact is used if its `replaced_by` and `warning` are empty.

    Parameters
    ----------
    profile
        The instrument's constants, which files do not carry.
    latest
        When the file was deposited, with an offset: nothing in it can have happened later. Never
        the time of the conversion, so that a rebuild comes to the same.
    context
        What the registry's records say of sample and instrument.

    Raises
    ------
    BadSetting
        A vendor's table does not fit the keys.
    """
    found = [
        *form_facts(notes, file),
        *profile_facts(profile or InstrumentNotes()),
        *(record_facts(context) if context else ()),
        *vendor_facts(signal, si_units()),
    ]
    once = without_repeats([check(fact, latest) for fact in found])
    zone = used(settle(once)).get("time_zone")
    checked = [check(fact, latest) for fact in zoned(once, zone)]
    return _fitting(settle([*checked, *inferred(signal, used(settle(checked)))]))


def facts_with(of_file: Iterable[Fact], said: Iterable[Fact]) -> list[Fact]:
    """Return the facts of a file that was read while nobody said anything, as `said` makes them.

    What the file tells without saying it (`emfair.nxem.infer`) stays as it was told then.

    Parameters
    ----------
    of_file
        All that `facts_of` returned with neither notes, profile nor context.
    said
        What people and records say of the file (`said.form_facts`, `said.record_facts`).
    """
    once = [check(fact) for fact in (*said, *unzoned(of_file))]
    settled = settle(check(fact) for fact in zoned(once, used(settle(once)).get("time_zone")))
    return _fitting(settled)


OF_ANOTHER_DAY = "said of all files, and does not fit this one: not used"
"""Warning of the experiment's end where a file began later, or of its start where one had ended."""


def _fitting(settled: list[Fact]) -> list[Fact]:
    """Return settled facts; what does not fit a file's own start or end is not used."""
    chosen = used(settled)
    start, end = (chosen.get(key) for key in TIMES)
    if start is None or end is None or of_the_whole(start) == of_the_whole(end):
        return settled
    if not is_backwards(start, end):
        return settled
    odd = end if of_the_whole(end) else start
    return [
        fact.model_copy(update={"warning": OF_ANOTHER_DAY}) if fact is odd else fact
        for fact in settled
    ]


def is_backwards(start: Fact, end: Fact) -> bool:
    """Whether a usable end lies before a usable start."""
    return datetime.fromisoformat(end.value_text) < datetime.fromisoformat(start.value_text)


def used(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Return the used fact of each key."""
    return {fact.key: fact for fact in facts if not fact.replaced_by and not fact.warning}


def check(fact: Fact, latest: datetime | None = None) -> Fact:
    """Return `fact`, with a warning if its value cannot be or cannot be used."""
    if fact.warning or fact.replaced_by:
        return fact
    key = keys()[fact.key]
    if key.kind == "number" and fact.value_num is not None and not key.possible(fact.value_num):
        return fact.model_copy(update={"warning": f"{IMPOSSIBLE}: not used"})
    if key.kind == "time":
        return fact.model_copy(update={"warning": _time_warning(key, fact, latest)})
    return fact


IMPOSSIBLE = "impossible value"


def _time_warning(key: Key, fact: Fact, latest: datetime | None) -> str:
    """Say why a time is of no use; a person may speak of an old plate, a file of none."""
    try:
        when = datetime.fromisoformat(fact.value_text)
    except ValueError:
        return "not an ISO 8601 time: not used"
    if when.tzinfo is None:
        return NO_ZONE
    if key.too_early(when) and fact.source is not Source.FORM:
        return f"{IMPOSSIBLE}, before {key.since:%Y}: not used"
    if key.too_late(when, latest and latest + CLOCKS_DIFFER):
        bound = "later than the deposit" if latest else f"after {key.until:%Y}"
        return f"{IMPOSSIBLE}, {bound}: not used"
    return ""


def of_the_whole(fact: Fact) -> bool:
    """Whether a fact is a time of the whole experiment: one for all, where files have their own."""
    return fact.source is Source.FORM and fact.source_path in TIMES


def gives_way(fact: Fact) -> bool:
    """Whether a fact counts only where the file says nothing, though its source comes first.

    A time of the whole experiment, and what an instrument's profile says of each measurement: a
    microscope that usually has 300 kV was used with 200 kV if the file says so.
    """
    of_all = fact.source is Source.PROFILE and not keys()[fact.key].form
    return of_all or of_the_whole(fact)


def settle(facts: Iterable[Fact]) -> list[Fact]:
    """Mark all but the strongest usable fact of each key as replaced, and say by what.

    Among equals the first wins. The order of the result is by key, then by strength.
    """
    ranked = sorted(facts, key=lambda fact: (fact.key, gives_way(fact), fact.source.rank))
    strongest: dict[str, Fact] = {}
    settled = []
    for fact in ranked:
        if fact.warning or fact.replaced_by:
            settled.append(fact)
        elif fact.key in strongest:
            winner = strongest[fact.key]
            first = winner.source.value
            if winner.source is fact.source:  # two of a file's own tags, say
                first = winner.source_path or first
            changes = {"replaced_by": winner.source.value, "reason": f"{first} comes first"}
            settled.append(fact.model_copy(update=changes))
        else:
            strongest[fact.key] = fact
            settled.append(fact)
    return settled
