"""Fourth step: a README at every level, so that a person finds their way without emfair."""

from __future__ import annotations

from dataclasses import dataclass

from emfair.lake import layout
from emfair.model.documents import Validation
from emfair.model.manifest import Place
from emfair.provenance.record import ProvenanceRecord
from emfair.records.readme import Child, Level, experiment_readme, level_readme
from emfair.service.chain.step import Subject, begin, converted, keep
from emfair.service.documents import parse_document
from emfair.service.services import Services

CODE_VERSION = "1"


@dataclass(frozen=True)
class Described:
    """The experiment's README and the keys of all that were written."""

    place: Place
    readme: str
    keys: tuple[str, ...]
    record: ProvenanceRecord


def describe(services: Services, experiment: str, *, run: str) -> Described:
    """Write the READMEs of an experiment and of the three levels above it."""
    step = begin(services, "experiment_record", experiment, run, CODE_VERSION)
    subject, conversion = converted(step)
    place = subject.place
    report = step.read(layout.report(place, "json"), "validation_report")
    validation = parse_document(Validation, report, layout.report(subject.place, "json"))
    readme = experiment_readme(subject.manifest, subject.annotations, conversion, validation)
    pages = {layout.readme(layout.experiment_prefix(place)): readme, **_above(services, subject)}
    for key, page in pages.items():
        step.write(key, page.encode())
    kept = step.finish(subject.manifest.deposited_by.subject)
    keep(services, place, kept)
    return Described(place, readme, tuple(pages), kept)


def _above(services: Services, subject: Subject) -> dict[str, str]:
    """Return the READMEs above. They tell no states: a sibling may be at work just now."""
    titles, place = subject.manifest.titles, subject.place
    pages = {}

    def children(*above: str) -> list[Child]:
        found = services.registry.experiments.children(*above)
        return [Child(row.id, row.title, row.experiments) for row in found]

    for level, identifier, title, prefix, listed in (
        (Level.PROJECT, place.project, titles.project, layout.project_prefix(place),
         children(place.project)),
        (Level.PROPOSAL, place.proposal, titles.proposal, layout.proposal_prefix(place),
         children(place.project, place.proposal)),
        (Level.SAMPLE, place.sample, titles.sample, layout.sample_prefix(place),
         children(place.project, place.proposal, place.sample)),
    ):  # fmt: skip
        pages[layout.readme(prefix)] = level_readme(level, identifier, title, listed)
    return pages
