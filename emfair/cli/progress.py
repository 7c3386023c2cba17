"""Progress on a terminal, gone when it is done; none of it reaches a pipe or a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column
from rich.text import Text

from emfair.cli import screen


class Tick(Protocol):
    """Whoever counts."""

    def __call__(self, name: str, total: int | None = None) -> None:
        """Tell the bar that one more is done: its name, and of how many, once that is known."""


def stage() -> Console:
    """Return the console that a bar moves on.

    Where answers go to the same terminal it is theirs, so that they stand above the bar; a bar on
    the other would be torn by them.
    """
    return screen.out if screen.out.is_terminal else screen.err


@contextmanager
def counting(doing: str, total: int | None = None) -> Iterator[Tick]:
    """Show how many things are done, how fast, how long it will take, and what came last."""
    name = TextColumn(
        "{task.fields[name]}",
        style="dim",
        markup=False,
        table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
    )
    columns = (TextColumn("{task.description}"), BarColumn(20), _Count(), _Pace(), name)
    shown = stage()
    with Progress(
        *columns, console=shown, transient=True, expand=True, disable=not shown.is_terminal
    ) as bar:
        task = bar.add_task(doing, total=total, name="")

        def tick(name: str, total: int | None = None) -> None:
            bar.update(task, advance=1, total=total, name=screen.printable(name))

        yield tick


def bytes_bar() -> Progress:
    """Return a bar over bytes."""
    shown = stage()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(20),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=shown,
        transient=True,
        disable=not shown.is_terminal,
    )


class _Count(ProgressColumn):
    """``3 of 12``; ``3`` while nobody knows of how many; nothing before the first."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text(f"{task.completed:.0f}" if task.completed else "")
        return Text(f"{task.completed:.0f} of {task.total:.0f}")


class _Pace(ProgressColumn):
    """``1.3/s, 2:10 left``, as far as it is known."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        speed, left = task.speed, task.time_remaining
        told = [f"{speed:.2g}/s"] if speed else []
        if left is not None and not task.finished:
            minutes, seconds = divmod(int(left), 60)
            told.append(f"{minutes}:{seconds:02} left")
        return Text(", ".join(told))
