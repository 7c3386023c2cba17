"""``emfair validate``: the NXem verdict on containers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import Json, named
from emfair.cli.findings import print_findings
from emfair.cli.verdicts import Judged, judge, judged, sum_up

Containers = Annotated[
    list[str],
    typer.Argument(help="Containers (.nxs), folders with them, or patterns ('*.nxs')."),
]


def validate(files: Containers, as_json: Json = False) -> None:
    """Judge NXem containers: what is missing or wrong, and what to do."""
    from emfair.model.findings import Verdict

    with screen.errors_end_the_process():
        found = judged(_containers(named(files)))
        _tell(found, as_json=as_json)
    if any(one.verdict is not Verdict.VALID for one in found):
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


def _tell(found: Sequence[Judged], *, as_json: bool) -> None:
    from emfair.model.findings import Severity, count_by_severity

    if as_json:
        files = [{"file": str(one.path), **one.plain} for one in found]
        screen.print_json({**judge(), "files": files})
        return
    numbers = [count_by_severity(one.findings) for one in found]
    told = [
        one.value for one in Severity if not screen.out.is_terminal or any(n[one] for n in numbers)
    ]
    screen.print_table(
        "", ["verdict", "container", *told],
        [(screen.state_text(one.verdict.value), one.path, *(many[each] or "" for each in told))
         for one, many in zip(found, numbers, strict=True)],
        container="tail", **dict.fromkeys(told, "right"),
    )  # fmt: skip
    screen.out.print()
    print_findings([(str(one.path), each) for one in found for each in one.findings], len(found))
    sum_up(found)
