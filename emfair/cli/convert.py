"""``emfair convert``: vendor files become NXem containers, without any server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emfair.cli import screen
from emfair.cli.arguments import AnnotationFile, Files, Json, named, read_notes, settings

if TYPE_CHECKING:
    from emfair.service.conversion import FileOutcome


def convert(
    files: Files,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the containers.")],
    annotation_file: AnnotationFile = None,
    instrument: Annotated[
        str,
        typer.Option(help="The instrument's profile: a YAML file, or its name in the home folder."),
    ] = "",
    as_json: Json = False,
) -> None:
    """Convert vendor files to NXem containers (one for each signal)."""
    from emfair.service.conversion import convert_files, read_profile

    with screen.errors_end_the_process():
        notes = read_notes(annotation_file)
        profile = read_profile(instrument, settings().home) if instrument else None
        outcomes: list[FileOutcome] = []
        try:
            with screen.count_bar() as bar:
                task = bar.add_task("converting", total=None)
                for done, total, outcome in convert_files(named(files), output, notes, profile):
                    outcomes.append(outcome)
                    bar.update(task, completed=done, total=total)
        except BaseException:  # a full disk, Ctrl-C: what is done is told nevertheless
            if outcomes:
                _tell(outcomes, as_json=as_json)
            raise
    _tell(outcomes, as_json=as_json)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(screen.BAD_DATA)


def _tell(outcomes: list[FileOutcome], *, as_json: bool) -> None:
    outcomes = sorted(outcomes, key=lambda outcome: outcome.place)
    if as_json:
        screen.print_json([_plain(outcome) for outcome in outcomes])
        return
    made = [
        (
            outcome.file,
            one.title,
            one.kind,
            " × ".join(map(str, one.shape)),
            _share(one.tags.percent_mapped),
            path.name,
        )
        for outcome in outcomes
        for path, one in outcome.containers
    ]
    told = [
        (outcome.file, screen.severity_text(finding.severity.value), finding.message, finding.hint)
        for outcome in outcomes
        for finding in outcome.findings
    ]
    if made:
        screen.print_table(
            "", ["file", "title", "stored as", "shape", "tags read", "container"], made
        )
    if told:
        screen.print_table("", ["file", "severity", "what", "what to do"], told)


def _share(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.0f} %"


def _plain(outcome: FileOutcome) -> dict[str, Any]:
    return {
        "file": outcome.file,
        "containers": [
            {"path": str(path), **one.model_dump(mode="json")} for path, one in outcome.containers
        ],
        "findings": [finding.model_dump(mode="json") for finding in outcome.findings],
    }
