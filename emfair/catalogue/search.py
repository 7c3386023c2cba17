"""A search of the index, as values: what is looked for, and what it can be narrowed by.

All conditions on measurements hold for one and the same measurement: an experiment is found by a
measurement of it that fits. What does not belong here: its SQL (`search_sql`), and how it stands in
an address (`emfair.service.searches`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Level = Literal["experiments", "measurements"]


@dataclass(frozen=True)
class Facet:
    """What a search can be narrowed by, with counts.

    Attributes
    ----------
    value
        SQL of an experiment `e` and a measurement `m`.
    title
        SQL of what people call the value, if that is another.
    single
        SQL of the value where single measurements are looked for, if that is another.
    is_list
        Whether there are several at a time, each once; all that are chosen must be there.
    """

    label: str
    value: str
    title: str = ""
    single: str = ""
    is_list: bool = False

    def of(self, level: Level) -> str:
        """Return the SQL of the value at a level."""
        return (self.single if level == "measurements" else "") or self.value


OWN_INSTRUMENT = "coalesce(m.instrument, e.instrument)"
"""SQL of a measurement's instrument: an experiment may have been at two, and counts under both."""
_PEOPLE = (
    "CASE WHEN e.operator = e.deposited_by THEN [e.operator] ELSE [e.operator, e.deposited_by] END"
)
FACETS: Mapping[str, Facet] = {
    "state": Facet("State", "e.verdict", single="m.verdict"),
    "project": Facet("Project", "e.project_id", "e.project_title"),
    "instrument": Facet("Instrument", OWN_INSTRUMENT),
    "technique": Facet("Technique", "m.technique"),
    "element": Facet("Element", "e.elements", is_list=True),
    "person": Facet("Person", _PEOPLE, is_list=True),
    "data": Facet("Data", "m.kind"),
    "format": Facet("Format", "m.reader"),
}
"""By name, in the order people meet them."""


@dataclass(frozen=True)
class Condition:
    """What a key's value must be: within bounds, in SI, or a text that holds these `words`.

    The bounds themselves fit, unless it is `strict`.
    """

    key: str
    low: float | None = None
    high: float | None = None
    words: str = ""
    strict: bool = False


@dataclass(frozen=True)
class Search:
    """What someone looks for.

    Attributes
    ----------
    level
        What is found: experiments, or single measurements.
    words
        Each must be part of a title, a name, a person, an instrument or a file; quotes make a
        phrase, and what has a minus must stand nowhere, of an experiment in no measurement.
    chosen
        Values by facet. One of them must hold; of elements and persons all.
    conditions
        What keys must be.
    since, until
        First and last day of the acquisition, in UTC.
    columns
        Keys whose values are shown, too.
    sort
        ``date``, ``title``, ``size`` or a key of `columns`; largest first if `descending`.
    """

    level: Level = "experiments"
    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    since: date | None = None
    until: date | None = None
    columns: tuple[str, ...] = ()
    sort: str = "date"
    descending: bool = True
