"""What files on their way say, beside what form and records say of them now.

What does not belong here: looking into the files (`arrivals`), and what the chain has read
(`documents`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emfair.model.annotations import Annotations
from emfair.model.context import Context
from emfair.model.documents import Measurement
from emfair.model.facts import Fact
from emfair.model.findings import Finding, in_order
from emfair.nxem.doubts import doubts
from emfair.nxem.facts import facts_with, used
from emfair.nxem.keys import keys
from emfair.nxem.said import form_facts, record_facts
from emfair.service.arrivals import Arrival


@dataclass(frozen=True)
class Reading:
    """What was read from files, and what is odd about it."""

    measurements: tuple[Measurement, ...]
    findings: tuple[Finding, ...]


def reading_of(arrivals: Iterable[Arrival], notes: Annotations, context: Context) -> Reading:
    """Return what files say, as notes and records make it.

    Parameters
    ----------
    notes, context
        What people and records say now; nobody had said anything when files were looked into.
    """
    seen = tuple(arrivals)
    recorded = record_facts(context)
    measurements = tuple(
        _as_said(one.measurement, [*form_facts(notes, each.file), *recorded])
        for each in seen
        for one in each.seen
    )
    odd = in_order(doubt for one in measurements for doubt in doubts(one.facts, one.file))
    return Reading(measurements, (*odd, *(one for each in seen for one in each.findings)))


def _as_said(one: Measurement, said: list[Fact]) -> Measurement:
    """Return a measurement with what is said of it, its title included."""
    facts = facts_with(one.facts, said)
    title = used(facts).get("title")
    told = title.value_text if title else ""
    return one.model_copy(update={"facts": tuple(facts), "title": told or one.title})


def lacking(one: Measurement) -> tuple[str, ...]:
    """Return the fields that NXem requires and nothing of a measurement's facts fills."""
    known = used(one.facts)
    return tuple(key.field for key in keys().values() if key.required and key.key not in known)
