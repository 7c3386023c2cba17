"""A validation document as people read it: what many containers share is said once.

What does not belong here: the words of findings (``rules.yaml``) and the looks (``report``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from emfair.model.documents import ContainerReport, Validation
from emfair.model.findings import Finding, Severity, Verdict
from emfair.model.manifest import Titles
from emfair.validation.concepts import group_concept

_VERDICTS = {
    Verdict.VALID: "Valid",
    Verdict.NEEDS_INPUT: "Needs input",
    Verdict.INVALID: "Invalid",
}
SEVERITIES = {
    Severity.ERROR: ("error", "errors"),
    Severity.MISSING: ("missing value", "missing values"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.RECOMMENDED: ("recommendation", "recommendations"),
    Severity.UNDOCUMENTED: ("undocumented item", "undocumented items"),
    Severity.NOTE: ("note", "notes"),
}
"""What one and several findings of a severity are called."""


MOST_DETAILS = 5


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Row(_Part):
    """One thing to mend, wherever it occurs.

    Attributes
    ----------
    path
        The first place; `more_places` counts the others.
    where
        The measurements or files it was found in, sorted.
    spread
        How many they are, in words: ``3 of 12 measurements``; empty for one.
    details
        Programs' own words, for engineers: at most `MOST_DETAILS` of them.
    """

    severity: Severity
    message: str
    hint: str
    rule: str
    field: str
    path: str
    more_places: int
    where: tuple[str, ...]
    spread: str
    details: tuple[str, ...] = ()


class Section(_Part):
    """The rows of one measurement or file; `verdict` is empty for what is no container."""

    title: str
    subtitle: str = ""
    verdict: str = ""
    verdict_label: str = ""
    rows: tuple[Row, ...]


class Outline(_Part):
    """All that a report says.

    Attributes
    ----------
    sections
        The one with the most severe row first; what several measurements share is one of them.
    clean
        Measurement and file of each container that has no section of its own.
    """

    experiment: str
    title: str
    place: str
    verdict: str
    verdict_label: str
    summary: str
    counts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    clean: tuple[tuple[str, str], ...]
    definition: str
    nxdl_version: str
    validator: str


def outline(validation: Validation, titles: Titles | None = None) -> Outline:
    """Return what a report says of `validation`: a pure function, same input, same outline.

    Parameters
    ----------
    titles
        What people call the experiment and what it belongs to; without, identifiers are told.
    """
    rows = _rows(validation.findings, {plain(one.measurement) for one in validation.containers})
    sections = _sections(validation, rows)
    place = validation.place
    above = titles or place
    told = {section.title for section in sections}
    return Outline(
        experiment=place.experiment,
        title=plain(titles.experiment if titles else "") or place.experiment,
        place=plain(f"{above.project} › {above.proposal} › {above.sample}"),
        verdict=validation.verdict.value,
        verdict_label=_VERDICTS[validation.verdict],
        summary=_summary(validation.verdict, rows, len(validation.containers)),
        counts=_counts(rows),
        sections=sections,
        clean=tuple(
            (plain(one.measurement), plain(one.file))
            for one in validation.containers
            if plain(one.measurement) not in told
        ),
        definition=validation.definition,
        nxdl_version=plain(validation.nxdl_version),
        validator=plain(validation.validator),
    )


def counted(number: int, severity: Severity) -> str:
    """Return ``1 error``, ``12 missing values`` …."""
    one, many = SEVERITIES[severity]
    return f"{number} {one if number == 1 else many}"


def plain(text: str) -> str:
    """Return `text` on one line, without characters that hide or turn what stands beside them."""
    if text.isprintable():
        return re.sub(r"\s+", " ", text).strip()
    kept = (
        "\ufffd" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char
        for char in re.sub(r"\s+", " ", text)
    )
    return "".join(kept).strip()


def _rows(findings: Iterable[Finding], containers: set[str]) -> list[Row]:
    """Put together the findings that say the same of the same concept, in the order they come.

    Hints may differ: they hold what a single file says.
    """
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        alike.setdefault(_likeness(finding), []).append(finding)
    rows = [_row(group, containers) for group in alike.values()]
    return sorted(rows, key=lambda row: (row.severity.rank, -len(row.where)))


def _likeness(finding: Finding) -> tuple[str, ...]:
    concept = group_concept(finding.path) if finding.path else ""
    return (finding.severity, finding.rule, concept, finding.field, finding.message)


def _row(group: list[Finding], containers: set[str]) -> Row:
    first = min(group, key=lambda finding: (len(finding.path), finding.path))
    places = {finding.path for finding in group if finding.path}
    where = {_source(finding) for finding in group}
    others = len({finding.hint for finding in group}) - 1
    return Row(
        severity=first.severity,
        message=plain(first.message),
        hint=plain(first.hint) + (f" ({others} more like it)" if others else ""),
        rule=plain(first.rule),
        field=plain(first.field),
        path=plain(first.path),
        more_places=max(len(places) - 1, 0),
        where=tuple(sorted(where)),
        spread=_spread(where, containers),
        details=tuple(sorted({plain(one.detail) for one in group if one.detail}))[:MOST_DETAILS],
    )


def _spread(where: set[str], containers: set[str]) -> str:
    if len(where) < 2:
        return ""
    if where == containers:
        return f"all {len(where)} measurements"
    if where <= containers:
        return f"{len(where)} of {len(containers)} measurements"
    return f"{len(where)} {'measurements and files' if where & containers else 'files'}"


def _source(finding: Finding) -> str:
    return plain(finding.measurement) or plain(finding.file)


def _sections(validation: Validation, rows: list[Row]) -> tuple[Section, ...]:
    """Give what several share, what each container has alone, then each unread file."""
    containers = {plain(one.measurement): one for one in validation.containers}
    shared = tuple(row for row in rows if len(row.where) > 1)
    own: dict[str, list[Row]] = {name: [] for name in containers}
    for row in rows:
        if len(row.where) == 1:
            own.setdefault(row.where[0], []).append(row)
    sections = [
        Section(title="Found more than once", rows=shared),
        *(_section(name, containers.get(name), found) for name, found in own.items()),
    ]
    filled = [section for section in sections if section.rows]
    return tuple(sorted(filled, key=lambda section: section.rows[0].severity.rank))


def _section(name: str, container: ContainerReport | None, rows: list[Row]) -> Section:
    return Section(
        title=name or "The experiment as a whole",
        subtitle=plain(container.file) if container else "",
        verdict=container.verdict.value if container else "",
        verdict_label=_VERDICTS[container.verdict] if container else "",
        rows=tuple(rows),
    )


def _numbers(rows: list[Row]) -> dict[Severity, int]:
    """Count what is to be done: what one field mends is one, whatever is said of it."""
    mends = [(row.severity, row.field or place) for place, row in enumerate(rows)]
    return {one: len({mended for severity, mended in mends if severity is one}) for one in Severity}


def _counts(rows: list[Row]) -> tuple[tuple[str, str], ...]:
    numbers = _numbers(rows)
    return tuple((one.value, counted(numbers[one], one)) for one in Severity if numbers[one])


def _summary(verdict: Verdict, rows: list[Row], containers: int) -> str:
    """Say in one or two plain sentences what the verdict means for the reader."""
    of = f"{containers} measurement{'' if containers == 1 else 's'}"
    numbers = _numbers(rows)
    told = {one: counted(numbers[one], one) for one in Severity}
    have = {one: "has" if numbers[one] == 1 else "have" for one in Severity}
    errors, missing = Severity.ERROR, Severity.MISSING
    to_do = []
    if numbers[errors] or verdict is Verdict.INVALID:
        to_do.append(f"{told[errors]} {have[errors]} to be mended")
    if numbers[missing] or verdict is Verdict.NEEDS_INPUT:
        to_do.append(f"{told[missing]} {have[missing]} to be filled in")
    if verdict is not Verdict.VALID:
        first, *more = to_do
        before = ", and ".join((first, *more))
        return f"{before} before this experiment ({of}) meets NXem."
    sentences = [f"Meets NXem ({of})."]
    if numbers[Severity.WARNING]:
        sentences.append(
            f"{told[Severity.WARNING]}: what is said there contradicts something else and has to "
            "be looked at."
        )
    if numbers[Severity.RECOMMENDED]:
        sentences.append(
            f"{told[Severity.RECOMMENDED]} would make the data easier to find and to reuse."
        )
    return " ".join(sentences)
