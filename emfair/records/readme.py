"""The READMEs of the lake: plain Markdown for a person who has only a file browser.

Pure: values in, text out. What a person typed is escaped, so that a title cannot break the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from emfair.model.annotations import Annotations
from emfair.model.documents import Conversion, Measurement, Validation
from emfair.model.findings import Finding, Severity, Verdict
from emfair.model.manifest import Manifest
from emfair.units import human_size
from emfair.validation.report import code_span, escape_markdown

LISTED = 200
_VERDICTS = {
    Verdict.VALID: "Valid NXem: every container passes.",
    Verdict.NEEDS_INPUT: "Needs input: NXem asks for values that no file carries.",
    Verdict.INVALID: "Invalid: something is wrong with at least one file or container.",
}


class Level(StrEnum):
    """A level above the experiment."""

    PROJECT = "project"
    PROPOSAL = "proposal"
    SAMPLE = "sample"

    @property
    def below(self) -> str:
        """What lies directly below it."""
        return {"project": "proposal", "proposal": "sample", "sample": "experiment"}[self.value]


@dataclass(frozen=True)
class Child:
    """One entry of the level below: identifier, title, how many experiments it holds."""

    identifier: str
    title: str
    experiments: int = 1


def level_readme(level: Level, identifier: str, title: str, children: Sequence[Child]) -> str:
    """Return the README of a project, a proposal or a sample."""
    below = level.below
    lines = [
        f"# {_words(title)}",
        "",
        f"This folder holds the {level.value} {code_span(identifier)} of an electron-microscopy "
        "lake, kept by emfair.",
        "",
        f"## {below.capitalize()}s",
        "",
    ]
    if level is Level.SAMPLE:
        lines += ["| folder | title |", "| --- | --- |"]
        lines += [
            f"| {code_span(f'experiment={child.identifier}')} | {_words(child.title)} |"
            for child in children[:LISTED]
        ]
    else:
        lines += ["| folder | title | experiments |", "| --- | --- | --- |"]
        lines += [
            f"| {code_span(f'{below}={child.identifier}')} | {_words(child.title)} "
            f"| {child.experiments} |"
            for child in children[:LISTED]
        ]
    if len(children) > LISTED:
        lines += ["", f"… and {len(children) - LISTED} more."]
    lines += [
        "",
        "Folder names read `level=identifier`, so that DuckDB, Spark and people find their way "
        "alike: project › proposal › sample › experiment. Each experiment's folder has a README.",
        "",
    ]
    return "\n".join(lines)


def experiment_readme(
    manifest: Manifest, notes: Annotations, conversion: Conversion, validation: Validation
) -> str:
    """Return the README of an experiment."""
    titles, place = manifest.titles, manifest.place
    size = sum(file.size for file in manifest.files)
    lines = [
        f"# {_words(titles.experiment)}",
        "",
        f"Experiment {code_span(place.experiment)} on sample “{_words(titles.sample)}”, "
        f"proposal “{_words(titles.proposal)}”, project "
        f"“{_words(titles.project)}”.",
        "",
        f"- Deposited by {_words(manifest.deposited_by.name)} on "
        f"{manifest.sealed_at:%Y-%m-%d %H:%M %Z}: {len(manifest.files)} files, {human_size(size)}.",
        *_who_and_what(notes),
        f"- **{_VERDICTS[validation.verdict]}**",
        "",
        *_measurements(conversion, validation),
        *_to_mend(validation.findings),
        *_WHAT_LIES_HERE,
    ]
    return "\n".join(lines)


def _words(text: str) -> str:
    """Return a person's words on one line, as Markdown shows them."""
    return escape_markdown(" ".join(text.split()))


def _name(text: str) -> str:
    """Return a file's name as a table's cell shows it; what has no shape is escaped."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return code_span(shown).replace("|", "\\|")


def _who_and_what(notes: Annotations) -> list[str]:
    lines = []
    if notes.user.name:
        at = f", {notes.user.affiliation}" if notes.user.affiliation else ""
        lines.append(f"- Measured by {_words(notes.user.name + at)}.")
    instrument = " ".join(
        part for part in (notes.instrument.vendor, notes.instrument.model) if part
    )
    if instrument:
        lines.append(f"- Instrument: {_words(instrument)}.")
    if notes.sample.atom_types:
        lines.append(f"- Elements: {', '.join(notes.sample.atom_types)}.")
    if notes.start_time:
        lines.append(f"- Begun {notes.start_time.isoformat()}.")
    if notes.description:
        lines += ["", _words(notes.description), ""]
    return lines


def _measurements(conversion: Conversion, validation: Validation) -> list[str]:
    verdicts = {report.measurement: report.verdict.value for report in validation.containers}
    lines = [
        f"## Measurements ({len(conversion.measurements)})",
        "",
        "| container in `nexus/` | title | from | shape | verdict |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_row(one, verdicts.get(one.measurement, "")) for one in conversion.measurements]
    return [*lines, ""]


def _row(one: Measurement, verdict: str) -> str:
    shape = " × ".join(str(size) for size in one.shape)
    return (
        f"| {code_span(one.measurement + '.nxs')} | {_words(one.title)} "
        f"| {_name(one.file)} | {one.kind}: {shape} {one.dtype} | {verdict} |"
    )


def _to_mend(findings: Sequence[Finding]) -> list[str]:
    open_points: dict[str, str] = {}
    for finding in findings:
        if finding.severity in (Severity.ERROR, Severity.MISSING):
            open_points.setdefault(finding.field or finding.told, finding.hint)
    if not open_points:
        return []
    lines = ["## To mend", ""]
    lines += [
        f"- {_words(what)}: {_words(hint)}" for what, hint in list(open_points.items())[:LISTED]
    ]
    return [*lines, ""]


_WHAT_LIES_HERE = [
    "## What lies here",
    "",
    "| folder | holds |",
    "| --- | --- |",
    "| `raw/files/` | the files as they were deposited, never changed |",
    "| `raw/manifest-*.json` | every file with size and SHA-256; `raw/annotations-*.json` is what "
    "people said (of several, the last counts), `raw/context-*.json` what the records of sample "
    "and instrument said then |",
    "| `nexus/` | one NeXus/HDF5 container (NXem) a measurement; `conversion.json` tells where "
    "each value came from |",
    "| `reports/` | the verdict: `validation.html`, `.md`, `.json` |",
    "| `previews/` | a picture of each measurement |",
    "| `provenance/` | one record a processing step: inputs, outputs, software, times |",
    "",
    "Any HDF5 program opens a container. In Python:",
    "",
    "```python",
    "import h5py",
    'with h5py.File("nexus/….nxs") as file:',
    "    group = file",
    '    while "default" in group.attrs:          # NeXus leads to the picture',
    '        group = group[group.attrs["default"]]',
    '    picture = group[group.attrs["signal"]][()]',
    "```",
    "",
]
