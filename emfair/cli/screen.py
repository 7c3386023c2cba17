"""How the command line shows things: tables for people, JSON for scripts, errors for both."""

from __future__ import annotations

import io
import json
import math
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from emfair.errors import BadCall, BadData, EmfairError

DONE, BAD_DATA, BAD_CALL, UNAVAILABLE = 0, 1, 2, 3

SEVERITY_STYLES = {
    "error": "bold red",
    "missing": "bold yellow",
    "warning": "yellow",
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


def say(text: str, style: str = "", *, to: Console | None = None) -> None:
    """Print a sentence as it is; a terminal breaks it between words, elsewhere it is one line."""
    shown = to or out
    shown.print(Text(printable(text), style), soft_wrap=not shown.is_terminal)


def is_wide() -> bool:
    """Whether there is room for what is good to know: in a pipe there always is."""
    return not out.is_terminal or out.width >= _WIDE


_WIDE = 120


def program() -> str:
    """Return how this command was called, for people to call it again (``.venv/bin/emfair``)."""
    called = Path(sys.argv[0])
    if called.name != "emfair" or shutil.which("emfair"):
        return "emfair"
    here = Path.cwd()
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


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
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], /, **styles: str
) -> None:
    """Print a table; a cell is text as it is (what a file holds is never markup).

    On a terminal long cells are folded; in a pipe or a file every row is one line, and whole.

    Parameters
    ----------
    styles
        Column name → ``right``, a rich style, or how the column gives way on a terminal that is too
        narrow, the others then being whole: ``one line`` (cut at the end), ``tail`` (cut at the
        beginning: of a path the end says most), ``middle`` (cut there: names of files differ at
        both ends), ``fold`` (in several lines).
    """
    cells = [[_text(cell) for cell in row] for row in rows]
    widths = _widths(columns, cells)
    table = Table(
        title=Text(printable(title)) if title else None,
        title_justify="left",
        title_style="bold",
        box=None,
    )
    places = enumerate(columns) if out.is_terminal else ()
    yielding = [place for place, name in places if styles.get(name) in _YIELDING]
    rest = out.width - sum(width for place, width in enumerate(widths) if place not in yielding)
    most = dict(zip(yielding, _shares(rest, [widths[place] for place in yielding]), strict=True))
    for place, name in enumerate(columns):
        style = styles.get(name, "")
        folds = style == "fold" or not yielding
        table.add_column(
            _text(name),
            justify="right" if style == "right" else "left",
            style="" if style in ("right", *_YIELDING) else style,
            max_width=most[place] - GAP if place in most else None,
            no_wrap=not (folds and out.is_terminal),  # else the columns beside would give way
            overflow="fold" if folds else "ellipsis",
            header_style="dim",
        )
        if style in _CUTS and place in most:
            for row in cells:
                row[place] = _CUTS[style](row[place], most[place] - GAP)
    for row in cells:
        table.add_row(*row)
    if out.is_terminal:
        out.print(table)
        return
    whole = max(out.width, sum(widths), Text(printable(title)).cell_len)
    # `Console.print(width=…)` never goes beyond the console's own width, and drops columns instead.
    drawn = io.StringIO()
    Console(file=drawn, width=whole, highlight=False).print(table)
    out.file.writelines(f"{line.rstrip(' ')}\n" for line in drawn.getvalue().split("\n")[:-1])


_LEAST = 12
"""Cells that a column which gives way keeps, however narrow the terminal."""


def _shares(room: int, wanted: Sequence[int]) -> list[int]:
    """Share `room`: who wants little gets it, the others have equal parts of what is left."""
    shares = [0] * len(wanted)
    modest_first = sorted(range(len(wanted)), key=lambda place: wanted[place])
    for done, place in enumerate(modest_first):
        shares[place] = min(wanted[place], max(_LEAST, room // (len(wanted) - done)))
        room -= shares[place]
    return shares


def _tail(cell: Text, width: int) -> Text:
    plain = cell.plain
    return cell if cell_len(plain) <= width else Text(f"…{_end(plain, width - 1)}", cell.style)


def _ends(cell: Text, width: int) -> Text:
    plain, head = cell.plain, (width - 1) // 2
    if cell_len(plain) <= width:
        return cell
    cut = f"{set_cell_size(plain, head)}…{_end(plain, width - 1 - head)}"
    return Text(cut, cell.style)


def _end(text: str, width: int) -> str:
    """Return what of a text's end fits into `width` cells."""
    while cell_len(text) > width:
        text = text[1:]
    return text


_CUTS = {"tail": _tail, "middle": _ends}
_YIELDING = ("one line", *_CUTS, "fold")


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows as a table, long cells folded, or where that is too narrow one under the other."""
    cells = [[_text(cell) for cell in row] for row in rows]
    widths = _widths(columns, cells)
    folded = _folded(max(out.width, 60), widths) if out.is_terminal else []
    if folded is not None:
        print_table("", columns, cells, **{columns[place]: "fold" for place in folded})
        return
    for number, row in enumerate(cells, 1):
        print_table(f"row {number}", ["column", "value"], list(zip(columns, row, strict=True)))


_FOLDED = 20
"""Cells that a folded column keeps at least, for a table to be readable."""
_LINES = 4
"""Lines that a folded cell takes at most."""


def _folded(room: int, widths: Sequence[int]) -> list[int] | None:
    """Return the columns to fold for a table to fit into `room`; None if it were no table then.

    >>> _folded(80, [40, 30]), _folded(80, [50, 50, 10]), _folded(80, [50, 50, 50, 50])
    ([], [0, 1], None)
    """
    if sum(widths) <= room:
        return []
    long = [place for place, width in enumerate(widths) if width > _FOLDED + GAP]
    rest = room - sum(width for place, width in enumerate(widths) if place not in long)
    if len(long) * (_FOLDED + GAP) > rest:
        return None
    shares = _shares(rest, [widths[place] for place in long])
    fits = all(widths[one] <= _LINES * share for one, share in zip(long, shares, strict=True))
    return long if fits else None


GAP = 2
"""Blanks between two columns."""


def _widths(columns: Sequence[str], cells: Sequence[Sequence[Text]]) -> list[int]:
    """Return how wide each column would like to be, with the gap behind it."""
    return [
        max(_width(cell) for cell in [_text(name), *(row[place] for row in cells)]) + GAP
        for place, name in enumerate(columns)
    ]


def _width(cell: Text) -> int:
    return max(line.cell_len for line in cell.split("\n", allow_blank=True))


def _text(cell: Any) -> Text:
    return cell if isinstance(cell, Text) else Text(_cell(cell))


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
