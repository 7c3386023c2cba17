"""``emfair convert``: vendor files become NXem containers, judged, without any server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emfair.cli import screen
from emfair.cli.arguments import AnnotationFile, Files, Json, named, read_notes, settings
from emfair.cli.findings import print_findings
from emfair.cli.progress import counting
from emfair.cli.verdicts import Judged, judged, sum_up

if TYPE_CHECKING:
    from emfair.model.findings import Finding
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
    """Convert vendor files to NXem containers, one for each signal, and judge them.

    Ends with 1 if a file or a container is wrong; what is only missing is told.
    """
    from emfair.service.conversion import convert_files, read_profile

    with screen.errors_end_the_process():
        notes = read_notes(annotation_file)
        profile = read_profile(instrument, settings().home) if instrument else None
        outcomes: list[FileOutcome] = []
        verdicts: dict[Path, Judged] = {}
        try:
            with counting("converting") as tick:
                for _, total, outcome in convert_files(named(files), output, notes, profile):
                    outcomes.append(outcome)
                    tick(outcome.file, total)
            outcomes.sort(key=lambda outcome: outcome.place)
            paths = [path for outcome in outcomes for path, _ in outcome.containers]
            verdicts = {one.path: one for one in judged(paths)} if paths else {}
        except BaseException:  # a full disk, Ctrl-C: what is done is told nevertheless
            if outcomes:
                _tell(outcomes, verdicts, output, as_json=as_json)
            raise
        _tell(outcomes, verdicts, output, as_json=as_json)
    if any(outcome.failed for outcome in outcomes) or _has_invalid(verdicts.values()):
        raise typer.Exit(screen.BAD_DATA)


def _has_invalid(verdicts: Iterable[Judged]) -> bool:
    from emfair.model.findings import Verdict

    return any(one.verdict is Verdict.INVALID for one in verdicts)


def _tell(
    outcomes: Sequence[FileOutcome],
    verdicts: Mapping[Path, Judged],
    output: Path,
    *,
    as_json: bool,
) -> None:
    """Print what was made of each file; `verdicts` are empty if it was interrupted before them."""
    outcomes = sorted(outcomes, key=lambda outcome: outcome.place)
    if as_json:
        screen.print_json([_plain(outcome, verdicts) for outcome in outcomes])
        return
    made = [
        (
            screen.state_text(verdicts[path].verdict.value) if path in verdicts else "",
            outcome.file,
            _signal(one.title, outcome.file),
            one.kind,
            " × ".join(map(str, one.shape)),
            _share(one.tags.percent_mapped),
            path.name,
        )
        for outcome in outcomes
        for path, one in outcome.containers
    ]
    if made:
        columns = ["verdict", "file", "signal", "stored as", "shape", "tags read", "container"]
        number = len(columns) if screen.is_wide() else len(columns) - 2
        screen.print_table(
            "", columns[:number], [row[:number] for row in made],
            file="middle", signal="middle", container="tail",
            shape="right", **{"tags read": "right"},
        )  # fmt: skip
        screen.out.print()
    print_findings(
        [(one.file, finding) for one in outcomes for finding in _findings(one, verdicts)],
        len(outcomes),
    )
    _sum_up(outcomes, len(made), output)
    if verdicts:
        sum_up(list(verdicts.values()))


def _findings(outcome: FileOutcome, verdicts: Mapping[Path, Judged]) -> Iterator[Finding]:
    """Yield what was found in a file, and in its containers."""
    yield from outcome.findings
    for path, _ in outcome.containers:
        yield from verdicts[path].findings if path in verdicts else ()


def _sum_up(outcomes: Sequence[FileOutcome], made: int, output: Path) -> None:
    """Say what was done."""
    failed = sum(outcome.failed for outcome in outcomes)
    files = f"{len(outcomes)} file{'s' * (len(outcomes) != 1)}"
    bad = f"; {failed} with errors" if failed else ""
    where = f" in {output}" if made else ""
    told = f"{files}: {made} container{'s' * (made != 1)}{where}{bad}."
    screen.say(told, "bold")


def _signal(title: str, file: str) -> str:
    """Return what a signal is called beside its file's name."""
    name = Path(file).name
    return "" if title in (name, Path(file).stem) else title.removeprefix(f"{name}, ")


def _share(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.0f} %"


def _plain(outcome: FileOutcome, verdicts: Mapping[Path, Judged]) -> dict[str, Any]:
    return {
        "file": outcome.file,
        "containers": [
            {
                "path": str(path),
                **one.model_dump(mode="json"),
                **(verdicts[path].plain if path in verdicts else {}),
            }
            for path, one in outcome.containers
        ],
        "findings": [finding.model_dump(mode="json") for finding in outcome.findings],
    }
