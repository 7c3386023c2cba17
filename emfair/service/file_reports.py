"""What became of each deposited file: read by which reader, kept unread, or failed, and why.

Pure: a manifest and a conversion in, a list out. What does not belong here: the verdict on
containers (`emfair.validation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from emfair.model.documents import Conversion, Measurement, UnreadableTag
from emfair.model.findings import Finding, Severity
from emfair.model.manifest import Manifest
from emfair.nxem.aside import SET_ASIDE
from emfair.nxem.convert import UNREAD_RULES
from emfair.vendor.bundles import store_of


class Outcome(StrEnum):
    """What became of a file."""

    FAILED = "failed"
    PARTLY = "partly read"  # some signals, not all
    READ = "read"
    ASIDE = "set aside"  # by a person
    KEPT = "kept, not read"  # no measurement, as far as anyone knows


_TROUBLE = frozenset({"unsupported-signal", SET_ASIDE, *UNREAD_RULES})
"""Rules that say that something did not come out of a file; others are doubts about what did."""


@dataclass
class FileReport:
    """What became of one file, with those that were read with it.

    Attributes
    ----------
    companions
        How many other files were read with it.
    is_folder, files, size
        Whether it is a folder that is one file; how many files it is with those that were read
        with it, each counted once, and their bytes.
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
    is_folder: bool = False
    files: int = 0
    size: int = 0
    measurements: int = 0
    mapped: int = 0
    kept: int = 0
    unreadable: list[UnreadableTag] = field(default_factory=list)
    why: list[Finding] = field(default_factory=list)
    doubts: list[Finding] = field(default_factory=list)


def file_reports(manifest: Manifest, conversion: Conversion) -> list[FileReport]:
    """Return a report on each file that stands for itself, those that failed first."""
    reports: dict[str, FileReport] = {}
    used: dict[str, str] = {}
    for one in conversion.measurements:
        _add(reports.setdefault(one.file, FileReport(one.file)), one)
        used |= {name: one.file for name in (*one.companions, one.file) if name not in used}
    for finding in conversion.findings:
        if finding.file:
            report = reports.setdefault(finding.file, FileReport(finding.file))
            (report.why if _is_trouble(finding) else report.doubts).append(finding)
    for file in manifest.files:
        name = used.get(file.name) or _above(file.name, reports) or file.name
        report = reports.setdefault(name, FileReport(name))
        report.is_folder = file.name.startswith(f"{name}/")
        report.files += 1
        report.size += file.size
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


def _above(name: str, reports: Mapping[str, FileReport]) -> str:
    """Return the folder above a file that is, or was read or refused as, one; empty without."""
    parts = name.split("/")[:-1]
    above = ("/".join(parts[: count + 1]) for count in range(len(parts)))
    return next((folder for folder in above if folder in reports), store_of(name))


def _outcome(report: FileReport) -> Outcome:
    if report.measurements:
        return Outcome.PARTLY if report.why else Outcome.READ
    if any(finding.rule == SET_ASIDE for finding in report.why):
        return Outcome.ASIDE
    failed = any(finding.severity is Severity.ERROR for finding in report.why)
    return Outcome.FAILED if failed else Outcome.KEPT
