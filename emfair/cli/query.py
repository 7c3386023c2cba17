"""``emfair query``: SQL over the index, read only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import Json, services

ROWS = 1000
MOST_ROWS = 1_000_000


def query(
    sql: Annotated[
        str,
        typer.Argument(help="One SELECT, in DuckDB's SQL; leave it out to see tables and columns."),
    ] = "",
    limit: Annotated[
        int, typer.Option(min=1, max=MOST_ROWS, help="How many rows to show at most.")
    ] = ROWS,
    as_json: Json = False,
) -> None:
    """Ask the index in SQL; without a question, see its tables."""
    from emfair.service.access import local_access
    from emfair.service.questions import query as ask
    from emfair.service.questions import rows

    with screen.errors_end_the_process():
        if not sql.strip():
            _tables(as_json=as_json)
            return
        with services(only_read=True) as stores:
            answer = ask(local_access(stores), sql, limit=limit)
        found = rows(answer)
    if as_json:
        names = _unique(answer.columns)
        screen.print_json([dict(zip(names, row, strict=True)) for row in found])
        return
    screen.print_rows(answer.columns, found)
    more = f"--limit {limit * 10}" if limit * 10 <= MOST_ROWS else "ask for less at once"
    rest = f", more are there: {more}" if answer.truncated else ""
    number = answer.table.num_rows
    screen.err.print(f"{number} row{'s' * (number != 1)}{rest}", style="dim")


def _unique(columns: Sequence[str]) -> list[str]:
    """Return names that can be keys: SQL may give two columns one name."""
    taken = set(columns)
    names: list[str] = []
    for column in columns:
        name, number = column, 1
        while name in names or (number > 1 and name in taken):
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _tables(*, as_json: bool) -> None:
    from emfair.service.questions import tables as known

    tables = known()
    if as_json:
        screen.print_json(
            {
                table.name: {column.name: column.description for column in table.columns}
                for table in tables
            }
        )
        return
    for table in tables:
        screen.print_table(
            f"{table.name}: {table.description}",
            ["column", "type", "meaning"],
            [(column.name, column.type, column.description) for column in table.columns],
        )
        screen.out.print()
