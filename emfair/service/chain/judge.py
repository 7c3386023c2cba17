"""Third step: a verdict on every container."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from emfair.crew import crew
from emfair.errors import FixityMismatch
from emfair.lake import layout
from emfair.model.canonical import pretty_json, sha256_file
from emfair.model.documents import ContainerReport, Conversion, Measurement, Validation
from emfair.model.findings import Finding, Severity, in_order, verdict_of
from emfair.model.manifest import Place
from emfair.nxem.nearly import nearly_told
from emfair.provenance.record import ProvenanceRecord
from emfair.service.chain.step import begin, converted, keep
from emfair.service.services import Services
from emfair.service.verdicts import verdict
from emfair.validation.report import render_html, render_markdown
from emfair.validation.validate import nxdl_version, validator_name

CODE_VERSION = "1"


@dataclass(frozen=True)
class Judged:
    """The verdict, and where its report stands."""

    validation: Validation
    record: ProvenanceRecord


def judge(services: Services, experiment: str, *, run: str) -> Judged:
    """Validate every container of an experiment and write the report beside them."""
    step = begin(services, "validation_report", experiment, run, CODE_VERSION)
    subject, conversion = converted(step)
    place = subject.place
    for one in conversion.measurements:
        key = layout.container(place, one.measurement)
        step.used(key, one.container_sha256, one.container_size)
    judged = dict(crew().each(partial(_report, services, place), conversion.measurements))
    containers = tuple(judged[number] for number in range(len(judged)))
    findings = [*conversion.findings, *_if_nothing(conversion, experiment)]
    findings += [finding for report in containers for finding in report.findings]
    validation = Validation(
        place=place,
        nxdl_version=nxdl_version(),
        validator=validator_name(),
        verdict=verdict_of(findings),
        containers=containers,
        findings=tuple(in_order(findings)),
    )
    step.configuration |= {"definition": "NXem", "nxdl": validation.nxdl_version}
    titles = subject.manifest.titles
    step.write(layout.report(place, "html"), render_html(validation, titles).encode())
    step.write(layout.report(place, "md"), render_markdown(validation, titles).encode())
    step.write(layout.report(place, "json"), pretty_json(validation))
    kept = step.finish(subject.manifest.deposited_by.subject)
    keep(services, place, kept)
    return Judged(validation, kept)


def _report(services: Services, place: Place, one: Measurement) -> ContainerReport:
    key = layout.container(place, one.measurement)
    with services.lake.local_copy(key, services.scratch) as path:
        if sha256_file(path) != one.container_sha256:
            raise FixityMismatch(
                "the container in the lake is not the one that was converted.",
                subject=one.measurement,
                remedy="Process the experiment again: it is converted anew from the raw files.",
            )
        found = verdict(path, measurement=one.measurement, file=one.file)
    findings = nearly_told(found, one.facts)
    return ContainerReport(
        measurement=one.measurement,
        file=one.file,
        container_sha256=one.container_sha256,
        verdict=verdict_of(findings),
        findings=findings,
    )


def _if_nothing(conversion: Conversion, experiment: str) -> list[Finding]:
    if conversion.measurements:
        return []
    return [
        Finding(
            severity=Severity.ERROR,
            rule="no-measurement",
            message=f"No measurement could be read from any file of {experiment}.",
            hint="Look at the findings of its files; deposit files that a microscope has written.",
        )
    ]
