"""How the command line shows things: tables for people, JSON for scripts, errors for both."""

from __future__ import annotations

import json
import math
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from emfair.errors import BadCall, BadData, EmfairError

DONE, BAD_DATA, BAD_CALL, UNAVAILABLE = 0, 1, 2, 3

SEVERITY_STYLES = {
    "error": "bold red",
    "missing": "bold yellow",
    "recommended": "cyan",
    "undocumented": "dim",
    "note": "dim",
}
STATE_STYLES = {
    "valid": "green", "needs-input": "yellow", "invalid": "red", "failed": "bold red",
    "published": "bold green",
}  # fmt: skip

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of what steers instead of being seen, and of halves of characters."""
_HARMLESS = "\n\u200c\u200d"
"""Joiners are part of many scripts and emoji."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def exit_code(error: EmfairError) -> int:
    """Return what the process ends with: 1 bad data, 2 a wrong call, 3 a store that is sick."""
    if isinstance(error, BadCall):
        return BAD_CALL
    return BAD_DATA if isinstance(error, BadData) else UNAVAILABLE


def show_error(error: EmfairError) -> None:
    """Print what happened, to what, and what to do, to standard error."""
    line = Text("error: ", "bold red")
    if error.subject:
        line.append(printable(f"{error.subject}: "), "bold")
    line.append(printable(error.message))
    err.print(line, soft_wrap=True)
    if error.remedy:
        err.print(Text(printable(f"  {error.remedy}")), soft_wrap=True)


def printable(text: str) -> str:
    """Return `text` with what would steer the terminal, or is no character, made visible."""
    return "".join(
        char
        if char in _HARMLESS or unicodedata.category(char) not in _UNSEEN
        else ascii(char)[1:-1]
        for char in text
    )


@contextmanager
def errors_end_the_process() -> Iterator[None]:
    """Turn emfair's errors into a message and an exit code."""
    try:
        yield
    except EmfairError as error:
        show_error(error)
        raise typer.Exit(exit_code(error)) from error


def print_json(document: Any) -> None:
    """Print one JSON document to standard output."""
    text = json.dumps(
        _finite(document), indent=2, ensure_ascii=False, default=_plain, allow_nan=False
    )
    sys.stdout.write(text + "\n")


def _finite(value: Any) -> Any:
    """Return `value` with null where JSON has no number (NaN, infinity)."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {str(key): _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], **styles: str
) -> None:
    """Print a table; a cell is text as it is (what a file holds is never markup).

    Parameters
    ----------
    styles
        Column name → ``right``, ``one line`` (cut at the screen's edge) or a rich style.
    """
    table = Table(title=Text(printable(title)) if title else None, title_justify="left", title_style="bold", box=None)
    cut = "one line" in styles.values()
    for name in columns:
        style = styles.get(name, "")
        table.add_column(
            name,
            justify="right" if style == "right" else "left",
            style="" if style in ("right", "one line") else style,
            no_wrap=cut,  # else the columns beside would give way
            overflow="ellipsis" if style == "one line" else "fold",
            header_style="dim",
        )
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(_cell(cell)) for cell in row))
    out.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    return printable(str(value)).replace("\n", "\\n")


def state_text(state: str) -> Text:
    """Return a state or verdict in its colour."""
    return Text(state, STATE_STYLES.get(state, ""))


def severity_text(severity: str) -> Text:
    """Return a severity in its colour."""
    return Text(severity, SEVERITY_STYLES.get(severity, ""))


def bytes_bar() -> Progress:
    """Return a progress bar over bytes, on standard error, gone when done."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def count_bar() -> Progress:
    """Return a progress bar over things, on standard error, gone when done."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
