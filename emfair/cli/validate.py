"""``emfair validate``: the NXem verdict on containers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import Json, named
from emfair.cli.findings import print_findings
from emfair.cli.progress import counting

if TYPE_CHECKING:
    from emfair.model.findings import Finding, Verdict


Containers = Annotated[
    list[str],
    typer.Argument(help="Containers (.nxs), folders with them, or patterns ('*.nxs')."),
]


def validate(files: Containers, as_json: Json = False) -> None:
    """Judge NXem containers: what is missing or wrong, and what to do."""
    from emfair.service.verdicts import verdicts
    from emfair.validation.validate import nxdl_version, validator_name

    with screen.errors_end_the_process():
        paths = _containers(named(files))
        done: dict[int, tuple[Finding, ...]] = {}
        with counting("validating", len(paths)) as tick:
            for place, findings in verdicts(paths):
                done[place] = findings
                tick(paths[place].name)
        found = [(path, done[place]) for place, path in enumerate(paths)]
        judge = {"validator": validator_name(), "nxdl": nxdl_version()}
        valid = _tell(found, judge, as_json=as_json)
    if not valid:
        raise typer.Exit(screen.BAD_DATA)


def _containers(files: list[Path]) -> list[Path]:
    """Return the files named, and the ``.nxs`` files of folders named."""
    from emfair.errors import NotFound

    paths: list[Path] = []
    for path in files:
        if os.path.isdir(path) and path.suffix != ".nxs":  # noqa: PTH112  Path's raises an error
            inside = sorted(path.rglob("*.nxs"))
            if not inside:
                raise NotFound(
                    "holds no .nxs file.", subject=str(path), remedy="Name containers themselves."
                )
            paths += inside
        else:
            paths.append(path)
    return paths


def _tell(
    found: list[tuple[Path, tuple[Finding, ...]]], judge: dict[str, str], *, as_json: bool
) -> bool:
    """Print the verdicts; return whether all are valid."""
    from emfair.model.findings import Severity, Verdict, verdict_of

    verdicts = [(path, verdict_of(findings), findings) for path, findings in found]
    if as_json:
        screen.print_json(
            {
                **judge,
                "files": [
                    {
                        "file": str(path),
                        "verdict": verdict.value,
                        "findings": [finding.model_dump(mode="json") for finding in findings],
                    }
                    for path, verdict, findings in verdicts
                ],
            }
        )
    else:
        screen.print_table(
            "", ["verdict", "container", *(severity.value for severity in Severity)],
            [(screen.state_text(verdict.value), path, *_numbers(findings))
             for path, verdict, findings in verdicts],
            container="tail", **dict.fromkeys(Severity, "right"),
        )  # fmt: skip
        screen.out.print()
        told = [(str(path), one) for path, _, findings in verdicts for one in findings]
        print_findings(told, len(verdicts))
        _sum_up([verdict for _, verdict, _ in verdicts])
        screen.err.print(f"{judge['validator']}, NXem {judge['nxdl']}", style="dim")
    return all(verdict is Verdict.VALID for _, verdict, _ in verdicts)


def _numbers(findings: tuple[Finding, ...]) -> list[int | str]:
    """Return how many findings of each severity there are; blank where there are none."""
    from emfair.model.findings import count_by_severity

    return [number or "" for number in count_by_severity(findings).values()]


def _sum_up(verdicts: list[Verdict]) -> None:
    """Say in two lines how many are valid, and what to do next."""
    from emfair.model.findings import Verdict

    number = {one: verdicts.count(one) for one in Verdict}
    told = ", ".join(f"{many} {one.value}" for one, many in number.items() if many)
    screen.out.print(
        f"{len(verdicts)} container{'s' * (len(verdicts) != 1)}: {told}.", style="bold"
    )
    if number[Verdict.INVALID]:
        screen.out.print("Next: mend the errors above; what is damaged, convert again.")
    elif number[Verdict.NEEDS_INPUT]:
        screen.out.print(
            "Next: write what is missing into a YAML file and convert again with --annotations."
        )
    else:
        screen.out.print("Next: nothing is missing, they can be deposited or shared.")
