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
        screen.print_table(
            "", ["file", "severity", "what", "where", "what to do"],
            [(file, screen.severity_text(one.severity.value), one.message, one.field or one.path,
              one.hint) for file, one in found],
        )  # fmt: skip
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for names, one in _alike(ordered):
        where = _named(list(dict.fromkeys(names)), files)
        grid.add_row(screen.severity_text(one.severity.value), _told(where, one))
    screen.out.print(grid)


def _alike(found: Iterable[tuple[str, Finding]]) -> list[tuple[list[str], Finding]]:
    """Put together what says the same of the same field, whichever file it is in.

    The hint may speak of the file alone, so it is the first one's.
    """
    alike: dict[tuple[str, ...], tuple[list[str], Finding]] = {}
    for file, one in found:
        same = (one.severity, one.rule, one.field or one.path, one.message)
        files, _ = alike.setdefault(same, ([], one))
        files.append(file)
    return list(alike.values())


def _told(where: str, one: Finding) -> Text:
    told = Text(screen.printable(one.message))
    told.append(f"\n{screen.printable(where)}", "dim")
    if place := one.field or one.path:
        told.append(f": {screen.printable(place)}", "dim")
    if one.hint:
        told.append(f"\n{screen.printable(one.hint)}")
    return told


def _named(names: Sequence[str], files: int) -> str:
    if len(names) > 1 and len(names) == files:
        return f"all {files} files"
    if len(names) <= NAMED:
        return ", ".join(names)
    return f"{', '.join(names[: NAMED - 1])} and {len(names) - NAMED + 1} more"
