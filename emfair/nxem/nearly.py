"""What NXem asks for and a file nearly tells: a local time without its zone, a day of two readings.

The verdict on a container knows only what is in it; these facts are kept beside it. What does not
belong here: what a clock showed (`clocks`), and what else is odd about facts (`doubts`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from emfair.model.facts import Fact
from emfair.model.findings import Finding, Severity
from emfair.nxem.clocks import TIMES, is_local
from emfair.nxem.facts import used
from emfair.nxem.keys import keys
from emfair.vendor.times import TWO_READINGS

_ASKS = (Severity.MISSING, Severity.RECOMMENDED)


def nearly_told(findings: Iterable[Finding], facts: Collection[Fact]) -> tuple[Finding, ...]:
    """Return findings on a container, and say of a time that is missing what its file tells of it.

    Parameters
    ----------
    facts
        All of the container's measurement. Where its file tells a local time, the zone of the
        clock mends it (`field`), for all files of the instrument.
    """
    close = {fact.key: fact for fact in reversed(list(facts)) if _is_close(fact)}
    known = used(facts)
    return tuple(
        _said(finding, close[finding.field], zone="time_zone" in known)
        if finding.severity in _ASKS and finding.field in close and finding.field not in known
        else finding
        for finding in findings
    )


def _is_close(fact: Fact) -> bool:
    is_open = not fact.replaced_by and (is_local(fact) or fact.warning == TWO_READINGS)
    return fact.key in TIMES and is_open


def _said(finding: Finding, fact: Fact, *, zone: bool) -> Finding:
    label, moment = keys()[fact.key].label, fact.value_text.replace("T", " ")
    told = f"The file tells {moment} (local time) at the tag “{fact.source_path}”."
    offset = f"Fill in {fact.key} with its offset (+01:00)."
    changes = {"message": f"{label}: the file tells it in local time, of a zone that is not known."}
    if fact.warning == TWO_READINGS:
        changes["message"] = f"{label}: the file tells a date that can be read in two ways."
        told = f"The file tells “{fact.raw}” at the tag “{fact.source_path}”: {moment}."
        changes["hint"] = f"{told} {offset}"
    elif zone:
        changes["message"] = f"{label}: the clock showed what the file tells twice, or never."
        changes["hint"] = f"{told} {offset}"
    else:
        changes["field"] = "instrument.time_zone"
        changes["hint"] = (
            f"{told} Choose instrument.time_zone, which counts for all files of the instrument; "
            f"or fill in {fact.key} with its offset (+01:00)."
        )
    return finding.model_copy(update=changes)
