"""``emfair validate``: the NXem verdict on containers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from emfair.cli import screen
from emfair.cli.arguments import Files, Json, named

if TYPE_CHECKING:
    from emfair.model.findings import Finding


def validate(files: Files, as_json: Json = False) -> None:
    """Validate NXem containers: each finding with its place, and what to do."""
    from emfair.service.verdicts import verdicts
    from emfair.validation.validate import nxdl_version, validator_name

    with screen.errors_end_the_process():
        paths = _containers(named(files))
        done: dict[int, tuple[Finding, ...]] = {}
        with screen.count_bar() as bar:
            task = bar.add_task("validating", total=len(paths))
            for place, findings in verdicts(paths):
                done[place] = findings
                bar.advance(task)
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
        if path.is_dir() and path.suffix != ".nxs":
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
    from emfair.model.findings import Verdict, verdict_of

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
        for path, verdict, findings in verdicts:
            line = screen.state_text(verdict.value).append(
                f" {screen.printable(str(path))}", "default"
            )
            screen.out.print(line, soft_wrap=True)
            if findings:
                screen.print_table(
                    "", ["severity", "what", "where", "what to do"],
                    [(screen.severity_text(f.severity.value), f.message, f.field or f.path, f.hint)
                     for f in findings],
                )  # fmt: skip
        screen.err.print(f"{judge['validator']}, NXem {judge['nxdl']}", style="dim")
    return all(verdict is Verdict.VALID for _, verdict, _ in verdicts)
