"""Findings on many files: on a terminal each is told once, in a pipe each is a line of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from emfair.cli import screen

if TYPE_CHECKING:
    from emfair.model.findings import Finding

NAMED = 3
"""Files that are named, of many that share a finding."""


def print_findings(found: Sequence[tuple[str, Finding]], files: int) -> None:
    """Print findings with the files they are about, the most severe first.

    Parameters
    ----------
    files
        How many there are, with and without findings.
    """
    if not found:
        return
    ordered = sorted(found, key=lambda one: one[1].severity.rank)
    if not screen.out.is_terminal:
        rows = dict.fromkeys(  # what two signals of a file share is one row
            (file, one.severity, one.message, one.field or one.path, one.hint)
            for file, one in ordered
        )
        screen.print_table(
            "", ["file", "severity", "what", "where", "what to do"],
            [(file, screen.severity_text(severity.value), *rest) for file, severity, *rest in rows],
        )  # fmt: skip
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for alike in _alike(ordered):
        one = alike[0][1]
        where = _named(list(dict.fromkeys(file for file, _ in alike)), files)
        others = len({finding.hint for _, finding in alike}) - 1
        more = f" ({others} more like it)" if others else ""
        grid.add_row(screen.severity_text(one.severity.value), _told(where, one, more))
    screen.out.print(grid)


def _alike(found: Iterable[tuple[str, Finding]]) -> list[list[tuple[str, Finding]]]:
    """Put together what says the same of the same field, whichever file it is in.

    Hints may differ: they hold what a single file says.
    """
    alike: dict[tuple[str, ...], list[tuple[str, Finding]]] = {}
    for file, one in found:
        same = (one.severity, one.rule, one.field or one.path, one.message)
        alike.setdefault(same, []).append((file, one))
    return list(alike.values())


def _told(where: str, one: Finding, more: str) -> Text:
    told = Text(screen.printable(one.message))
    told.append(f"\n{screen.printable(where)}", "dim")
    if place := one.field or one.path:
        told.append(f": {screen.printable(place)}", "dim")
    if one.hint:
        told.append(f"\n{screen.printable(one.hint)}{more}")
    if one.detail:
        told.append(f"\n{screen.printable(one.detail)}", "dim")
    return told


def _named(names: Sequence[str], files: int) -> str:
    if len(names) > 1 and len(names) == files:
        return f"all {files} files"
    if len(names) <= NAMED:
        return ", ".join(names)
    return f"{', '.join(names[: NAMED - 1])} and {len(names) - NAMED + 1} more"
