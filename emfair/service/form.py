"""The form of an experiment: each field of the annotation document, and what is known without it.

A face draws it and gives the document back (`annotations.annotate`). What does not belong here: how
a field looks, and whether a document is right (`annotation_check`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from math import isclose
from typing import Any

from emfair.errors import BadAnnotations
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.documents import Conversion, Measurement, Validation
from emfair.model.facts import OF_FILES, Fact
from emfair.model.findings import Finding
from emfair.nxem.annotation_schema import annotation_schema
from emfair.nxem.annotations import quantity_of
from emfair.nxem.clocks import TIMES, is_helped_by_a_zone
from emfair.nxem.doubts import RULES
from emfair.nxem.facts import gives_way, used
from emfair.nxem.keys import keys
from emfair.nxem.said import record_facts
from emfair.registry import ExperimentRow
from emfair.service import browse
from emfair.service.access import Access
from emfair.service.annotation_check import files_of
from emfair.service.annotations import current
from emfair.service.arrivals import Arrival
from emfair.service.context import context_of
from emfair.service.documents import annotations_of, made
from emfair.service.reading import Reading, reading_of
from emfair.service.services import Services
from emfair.vendor.bundles import primaries

Document = dict[str, Any]
_LOOKED_THROUGH = 20
"""Own experiments before this one that may have something to take over."""


@dataclass(frozen=True)
class Doubt:
    """What a person should look at, as one file gives it, and in how many files it is so."""

    finding: Finding
    files: int


@dataclass(frozen=True)
class Field:
    """One field.

    Attributes
    ----------
    name
        Where it stands in the document (``sample.atom_types``).
    schema
        Its JSON Schema; ``x-emfair`` holds what a form shows besides.
    known
        What files, profile or record say, the strongest first; of files that differ, each value.
    lacking, of
        Of how many measurements neither file nor record says it, and how many there are.
    doubts
        What a person should look at: sources that contradict each other, values that cannot be.
    offer
        What files suggest without saying it: elements that were looked for.
    wanted
        Whether files would say more if it were known: the zone of a clock.
    """

    name: str
    schema: Mapping[str, Any]
    known: tuple[Fact, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    lacking: int = 0
    of: int = 0
    offer: tuple[str, ...] = ()
    wanted: bool = False

    @property
    def about(self) -> Mapping[str, Any]:
        """What a form shows besides (`emfair.nxem.annotation_schema`)."""
        about: Mapping[str, Any] = self.schema["x-emfair"]
        return about

    @property
    def required(self) -> bool:
        """Whether NXem asks for it."""
        return bool(self.about.get("required"))

    @property
    def asked(self) -> bool:
        """Whether NXem asks for it, and it is not known everywhere; or files want it."""
        return self.wanted or (self.required and (not self.known or self.lacking > 0))

    @property
    def fills(self) -> bool:
        """Whether what is said of all counts only for files that say nothing themselves."""
        return self.name in TIMES


@dataclass(frozen=True)
class Form:
    """All fields, the document as it is, its version, and the files that can be spoken of.

    `read` is what was read from the files, by the chain or on their way; `unread` are those that
    are still to be read.
    """

    fields: tuple[Field, ...]
    document: Document
    version: int
    files: tuple[str, ...]
    read: tuple[Measurement, ...]
    unread: tuple[str, ...] = ()


def form_of(services: Services, row: ExperimentRow, arrivals: Iterable[Arrival] = ()) -> Form:
    """Return the form of an experiment.

    Parameters
    ----------
    arrivals
        What was seen of files on their way: it counts until the chain has read them, beside what
        notes and records say now.
    """
    seen = tuple(arrivals)
    notes, version = current(services, row.id)
    context = context_of(services, row)
    converted = _by_the_chain(services, row)
    reading = converted or reading_of(seen, notes, context)
    read, recorded = reading.measurements, used(record_facts(context))
    known, saying = _known(recorded, read), _saying(recorded, read)
    doubts = _doubts(reading.findings)
    zoneless = any(is_helped_by_a_zone(one.facts) for one in read)
    fields = tuple(
        Field(
            name,
            schema,
            known.get(key := str(schema["x-emfair"].get("key")), ()),
            doubts.get(name, ()),
            sum(key not in keys for keys in saying),
            len(saying),
            _elements(read) if key == "atom_types" else (),
            key == "time_zone" and zoneless,
        )
        for name, schema in _schemas()
    )
    files = tuple(primaries(files_of(services, row)))
    looked_into = {*files} if converted else {one.file for one in seen}
    unread = tuple(file for file in files if file not in looked_into)
    return Form(fields, _document(notes), version, files, read, unread)


def _elements(read: Iterable[Measurement]) -> tuple[str, ...]:
    """Return the elements that files list as looked for."""
    found = (used(one.facts).get("elements") for one in read)
    symbols = (symbol for fact in found if fact for symbol in fact.value_text.split(","))
    return tuple(dict.fromkeys(symbols))


def before(access: Access, row: ExperimentRow) -> list[tuple[ExperimentRow, Document]]:
    """Return what they said of their other experiments, newest first: it may be taken over."""
    mine = browse.experiments(access, depositor=access.subject, limit=_LOOKED_THROUGH).rows
    notes = access.services.registry.annotations.newest([other.id for other in mine])
    return [
        (other, _document(annotations_of(notes[other.id])))
        for other in mine
        if other.id != row.id and other.id in notes
    ]


def titles() -> dict[str, str]:
    """Return what people call each field, by its name."""
    return {name: str(schema["title"]) for name, schema in _schemas()}


def value_at(document: Mapping[str, Any], name: str) -> Any:
    """Return what a document says of a field; None for nothing."""
    part: Any = document
    for step in name.split("."):
        part = part.get(step) if isinstance(part, Mapping) else None
    return part


def agrees(fact: Fact, value: Any) -> bool:
    """Whether a field's value says the same as a fact, in whatever unit and spelling."""
    said = ",".join(value) if isinstance(value, list) else str(value).strip()
    if fact.value_num is None:
        return said.casefold() == fact.value_text.casefold()
    try:
        number = quantity_of(keys()[fact.key], said, fact.key)
    except BadAnnotations:
        return False
    return isclose(number, fact.value_num, rel_tol=1e-9)


def with_value(document: Document, name: str, value: Any) -> Document:
    """Return a document that says `value` of a field; None takes it out."""
    changed = deepcopy(document)
    *above, last = name.split(".")
    part = changed
    for step in above:
        part = part.setdefault(step, {})
    if value is None:
        part.pop(last, None)
    else:
        part[last] = value
    return changed


def _document(notes: Annotations) -> Document:
    """Return annotations as a document without what nobody said."""
    return notes.model_dump(mode="json", exclude_defaults=True)


@cache
def _schemas() -> tuple[tuple[str, Mapping[str, Any]], ...]:
    return tuple(_below(annotation_schema(), ""))


def _below(schema: Mapping[str, Any], above: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, each in schema["properties"].items():
        if "properties" in each:
            yield from _below(each, f"{above}{name}.")
        elif "x-emfair" in each:
            yield above + name, each


def _by_the_chain(services: Services, row: ExperimentRow) -> Reading | None:
    """Return what the chain has read from the files, and what is odd about it; None before."""
    conversion = made(services, Conversion, layout.conversion(row.place))
    if conversion is None:
        return None
    validation = made(services, Validation, layout.report(row.place, "json"))
    return Reading(conversion.measurements, validation.findings if validation else ())


def _doubts(findings: Iterable[Finding]) -> dict[str, tuple[Doubt, ...]]:
    """Return the doubts of each field; what many files give is one."""
    first: dict[tuple[str, str], Finding] = {}
    files: dict[tuple[str, str], set[str]] = {}
    for finding in (one for one in findings if one.rule in RULES):
        what = (finding.field, finding.message)
        first.setdefault(what, finding)
        files.setdefault(what, set()).add(finding.file)
    found: dict[str, list[Doubt]] = {}
    for what, finding in first.items():
        found.setdefault(finding.field, []).append(Doubt(finding, len(files[what])))
    return {name: tuple(doubts) for name, doubts in found.items()}


def _known(
    recorded: Mapping[str, Fact], read: Iterable[Measurement]
) -> dict[str, tuple[Fact, ...]]:
    """Return what is known of each key without the document, one fact for each value."""
    first = {key: fact for key, fact in recorded.items() if not gives_way(fact)}
    found: dict[str, dict[tuple[float | None, str], Fact]] = {
        key: {(fact.value_num, fact.value_text): fact} for key, fact in first.items()
    }
    for measurement in read:
        for fact in measurement.facts:
            of_file = fact.source in OF_FILES and fact.replaced_by not in OF_FILES  # another tag
            if of_file and not fact.warning and fact.key not in first:
                values = found.setdefault(fact.key, {})
                values.setdefault((fact.value_num, fact.value_text), fact)
    told = {key: tuple(values.values()) for key, values in found.items()}
    return {key: (fact,) for key, fact in recorded.items()} | told


def _saying(recorded: Mapping[str, Fact], read: Iterable[Measurement]) -> list[set[str]]:
    """Return the keys that record or file say of each measurement."""
    return [
        {*recorded, *(one.key for one in each.facts if one.source in OF_FILES and not one.warning)}
        for each in read
    ]
