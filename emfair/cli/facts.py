"""Metadata of a file's signals as rows: what signals share is told once, and so is what tags share.

What does not belong here: which value counts (`emfair.nxem.facts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.table import Table
from rich.text import Text

from emfair.cli import screen

if TYPE_CHECKING:
    from emfair.model.facts import Fact

COLUMNS = ["key", "value", "source", "where", "as written", "remark"]
_LONG = 40


class FactRow(NamedTuple):
    """One value of one key; `used` is false where another came before it, or it is in doubt."""

    key: str
    value: str
    source: str
    where: str
    raw: str
    remark: str
    used: bool


def rows_of(facts: Iterable[Fact]) -> list[FactRow]:
    """Return a row for each value; tags that only repeat it are counted in its remark."""
    from emfair.nxem.show import shown

    told: dict[tuple[str, str], list[Fact]] = {}
    alone: list[list[Fact]] = []
    for fact in sorted(facts, key=lambda one: (one.key, bool(one.replaced_by))):
        same = (fact.key, shown(fact))
        if fact.replaced_by and not fact.warning and same in told:
            told[same].append(fact)
        else:
            alone.append([fact])
            told.setdefault(same, alone[-1])
    return [_row(first, len(others)) for first, *others in alone]


def _row(fact: Fact, others: int) -> FactRow:
    from emfair.nxem.show import shown

    reason = f"not used: {fact.reason}" if fact.replaced_by and fact.reason else fact.reason
    told = [fact.warning or reason]
    if others:
        told.append(f"{others} more {'tags say' if others > 1 else 'tag says'} so")
    return FactRow(
        fact.key,
        _short(shown(fact)),
        fact.source.value,
        fact.source_path,
        _short(" ".join(fact.raw.split())),
        "; ".join(filter(None, told)),
        not fact.replaced_by and not fact.warning,
    )


def shared(signals: Sequence[Sequence[FactRow]]) -> tuple[list[FactRow], list[list[FactRow]]]:
    """Return the rows that all signals have, and of each signal its own.

    Numbers that only count in a tag's path (`emfair.nxem.tag_report.general`) make no difference.
    """
    if len(signals) < 2:
        return [], [list(rows) for rows in signals]
    everywhere = set.intersection(*({_likeness(row) for row in rows} for rows in signals))
    own = [[row for row in rows if _likeness(row) not in everywhere] for rows in signals]
    return [row for row in signals[0] if _likeness(row) in everywhere], own


def print_facts(title: str, rows: Sequence[FactRow]) -> None:
    """Print rows as a table; on a terminal the remarks stand below it."""
    if not rows:
        return
    if not screen.out.is_terminal:
        screen.print_table(title, COLUMNS, [row[:6] for row in rows])
        return
    number = 5 if screen.is_wide() else 4
    screen.print_table(
        title, COLUMNS[:number],
        [[Text(screen.printable(str(cell)), "" if row.used else "dim") for cell in row[:number]]
         for row in rows],
        where="tail",
    )  # fmt: skip
    _print_remarks([row for row in rows if row.remark])


def _print_remarks(rows: Sequence[FactRow]) -> None:
    grid = Table.grid(padding=(0, 2), pad_edge=True)
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold", style="dim")
    for row in rows:
        what = row.key if row.used else f"{row.key} {row.value}"
        grid.add_row(screen.printable(what), screen.printable(row.remark))
    screen.out.print(grid)


def _likeness(row: FactRow) -> tuple[Any, ...]:
    from emfair.nxem.tag_report import general

    return (*row[:3], general(row.where), row.raw, general(row.remark))


def _short(text: str) -> str:
    """Return what a terminal has room for; elsewhere all."""
    if len(text) <= _LONG or not screen.out.is_terminal:
        return text
    return f"{text[: _LONG - 1]}…"
