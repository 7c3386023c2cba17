"""What became of each deposited file: read by which reader, kept unread, or failed, and why.

Pure: a manifest and a conversion in, a list out. What does not belong here: the verdict on
containers (`emfair.validation`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from emfair.model.documents import Conversion, Measurement, UnreadableTag
from emfair.model.findings import Finding, Severity
from emfair.model.manifest import Manifest
from emfair.nxem.convert import UNREAD_RULES


class Outcome(StrEnum):
    """What became of a file."""

    FAILED = "failed"
    PARTLY = "partly read"  # some signals, not all
    READ = "read"
    KEPT = "kept, not read"  # no measurement, as far as anyone knows


_TROUBLE = frozenset({"unsupported-signal", *UNREAD_RULES})
"""Rules that say that something did not come out of a file; others are doubts about what did."""


@dataclass
class FileReport:
    """What became of one file, with those that were read with it.

    Attributes
    ----------
    companions
        How many other files were read with it.
    mapped, kept, unreadable
        Its vendor's tags: read into facts, only kept, known but not readable.
    why
        What did not come out of it, and why.
    doubts
        What a person should look at.
    """

    file: str
    outcome: Outcome = Outcome.KEPT
    readers: tuple[str, ...] = ()
    companions: int = 0
    measurements: int = 0
    mapped: int = 0
    kept: int = 0
    unreadable: list[UnreadableTag] = field(default_factory=list)
    why: list[Finding] = field(default_factory=list)
    doubts: list[Finding] = field(default_factory=list)


def file_reports(manifest: Manifest, conversion: Conversion) -> list[FileReport]:
    """Return a report on each file that stands for itself, those that failed first."""
    reports: dict[str, FileReport] = {}
    used: set[str] = set()
    for one in conversion.measurements:
        _add(reports.setdefault(one.file, FileReport(one.file)), one)
        used.update((one.file, *one.companions))
    for finding in conversion.findings:
        if finding.file:
            report = reports.setdefault(finding.file, FileReport(finding.file))
            (report.why if _is_trouble(finding) else report.doubts).append(finding)
    for file in manifest.files:
        within = any(file.name.startswith(f"{name}/") for name in _stores(file.name, reports))
        if file.name not in used and not within:
            reports.setdefault(file.name, FileReport(file.name))
    for report in reports.values():
        report.outcome = _outcome(report)
    order = list(Outcome)
    return sorted(reports.values(), key=lambda one: (order.index(one.outcome), one.file))


def counted(reports: Iterable[FileReport]) -> dict[Outcome, int]:
    """Return how many files there are of each outcome, without zeros."""
    counts = dict.fromkeys(Outcome, 0)
    for report in reports:
        counts[report.outcome] += 1
    return {outcome: number for outcome, number in counts.items() if number}


def _add(report: FileReport, one: Measurement) -> None:
    report.measurements += 1
    report.companions = max(report.companions, len(one.companions))
    if one.reader not in report.readers:
        report.readers = (*report.readers, one.reader)
    report.mapped += one.tags.mapped
    report.kept += one.tags.kept
    report.unreadable += [tag for tag in one.tags.unreadable if tag not in report.unreadable]


def _is_trouble(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR or finding.rule in _TROUBLE


def _stores(name: str, reports: dict[str, FileReport]) -> list[str]:
    """Return the folders above a file that were read, or refused, as one."""
    parts = name.split("/")[:-1]
    above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    return [folder for folder in above if folder in reports]


def _outcome(report: FileReport) -> Outcome:
    if report.measurements:
        return Outcome.PARTLY if report.why else Outcome.READ
    failed = any(finding.severity is Severity.ERROR for finding in report.why)
    return Outcome.FAILED if failed else Outcome.KEPT
