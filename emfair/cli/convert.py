"""``emfair convert``: vendor files become NXem containers, without any server."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emfair.cli import screen
from emfair.cli.arguments import AnnotationFile, Files, Json, named, read_notes, settings
from emfair.cli.findings import print_findings
from emfair.cli.progress import counting

if TYPE_CHECKING:
    from emfair.service.conversion import FileOutcome


def convert(
    files: Files,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The folder to write the containers into; made if it is new."
        ),
    ],
    annotation_file: AnnotationFile = None,
    instrument: Annotated[
        str,
        typer.Option(
            help="The instrument's profile, with what is always so: a YAML file, or its name in "
            "the home folder."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Convert vendor files to NXem containers, one for each signal."""
    from emfair.service.conversion import convert_files, read_profile

    with screen.errors_end_the_process():
        notes = read_notes(annotation_file)
        profile = read_profile(instrument, settings().home) if instrument else None
        outcomes: list[FileOutcome] = []
        try:
            with counting("converting") as tick:
                for _, total, outcome in convert_files(named(files), output, notes, profile):
                    outcomes.append(outcome)
                    tick(outcome.file, total)
        except BaseException:  # a full disk, Ctrl-C: what is done is told nevertheless
            if outcomes:
                _tell(outcomes, output, as_json=as_json)
            raise
    _tell(outcomes, output, as_json=as_json)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(screen.BAD_DATA)


def _tell(outcomes: list[FileOutcome], output: Path, *, as_json: bool) -> None:
    outcomes = sorted(outcomes, key=lambda outcome: outcome.place)
    if as_json:
        screen.print_json([_plain(outcome) for outcome in outcomes])
        return
    made = [
        (
            outcome.file,
            "" if one.title in (outcome.file, Path(outcome.file).stem) else one.title,
            one.kind,
            " × ".join(map(str, one.shape)),
            _share(one.tags.percent_mapped),
            path.name,
        )
        for outcome in outcomes
        for path, one in outcome.containers
    ]
    if made:
        columns = ["file", "signal", "stored as", "shape", "tags read", "container"]
        number = len(columns) if screen.is_wide() else len(columns) - 1
        screen.print_table(
            "", columns[:number], [row[:number] for row in made],
            file="one line", signal="one line", container="tail",
            shape="right", **{"tags read": "right"},
        )  # fmt: skip
        screen.out.print()
    print_findings(
        [(one.file, finding) for one in outcomes for finding in one.findings], len(outcomes)
    )
    _sum_up(outcomes, len(made), output)


def _sum_up(outcomes: list[FileOutcome], made: int, output: Path) -> None:
    """Say in two lines what was done, and what to do next."""
    failed = sum(outcome.failed for outcome in outcomes)
    files = f"{len(outcomes)} file{'s' * (len(outcomes) != 1)}"
    bad = f"; {failed} with errors" if failed else ""
    where = f" in {output}" if made else ""
    told = f"{files}: {made} container{'s' * (made != 1)}{where}{bad}."
    screen.out.print(screen.printable(told), style="bold", markup=False, soft_wrap=True)
    if made:
        screen.out.print(
            screen.printable(f"Next: {screen.program()} validate {shlex.quote(str(output))}"),
            markup=False,
            soft_wrap=True,
        )


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
