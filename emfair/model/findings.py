"""Findings: what is wrong with data, as data.

A finding names the rule it breaks, the place, and what to do. What does not belong here: finding
them (``validation``, ``vendor``) and showing them (the faces).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Severity(StrEnum):
    """From what makes data invalid to what is merely good to know."""

    ERROR = "error"  # wrong: makes invalid
    MISSING = "missing"  # required by NXem, and only a person can supply it
    WARNING = "warning"  # two things cannot both be right; the data stay valid
    RECOMMENDED = "recommended"
    UNDOCUMENTED = "undocumented"  # NXem has no concept for it
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return list(Severity).index(self)


class Finding(BaseModel):
    """One thing that is not as it should be.

    Attributes
    ----------
    severity, rule
        ``rule`` is a stable kebab-case name (``missing-required-field``, ``empty-file`` …).
    file
        The raw file, as named in the manifest; empty for the experiment as a whole.
    measurement
        The measurement's identifier, if the finding is about its container.
    path
        Path inside the container (``/entry/sample1/atom_types``), or empty.
    field
        The annotation that mends it (``sample.atom_types``), or empty.
    message, hint
        What is wrong (of a file: a sentence whose subject is its name); what to do.
    detail
        A program's own words, for engineers: shown behind a fold.
    """

    model_config = ConfigDict(frozen=True)

    severity: Severity
    rule: str
    message: str
    hint: str = ""
    detail: str = ""
    file: str = ""
    measurement: str = ""
    path: str = ""
    field: str = ""

    @property
    def told(self) -> str:
        """The message, with the file that it is about where nothing around it names one."""
        of_a_file = self.file and not self.measurement
        return f"{self.file}: {self.message}" if of_a_file else self.message


class Verdict(StrEnum):
    """What findings come to; the words of an experiment's states."""

    VALID = "valid"
    NEEDS_INPUT = "needs-input"
    INVALID = "invalid"


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict: an error makes invalid, a missing value asks for input."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return Verdict.INVALID
    if Severity.MISSING in severities:
        return Verdict.NEEDS_INPUT
    return Verdict.VALID


def count_by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings each severity has, zeros included, most severe first."""
    counts = {severity.value: 0 for severity in Severity}
    for finding in findings:
        counts[finding.severity.value] += 1
    return counts


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return `findings` without repetition, most severe first, then by file and place."""
    return sorted(set(findings), key=_place)


def _place(finding: Finding) -> tuple[int, str, str, str, str, str, str, str, str]:
    """Order all fields, so that the order never hangs on a set's."""
    f = finding
    place = (f.file, f.measurement, f.path)
    return f.severity.rank, *place, f.rule, f.message, f.field, f.hint, f.detail
