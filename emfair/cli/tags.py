"""``emfair tags``: which vendor tags nobody reads yet, the most worth mapping first."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import Json, services


def tags(
    reader: Annotated[
        str, typer.Option("--format", help="Only tags of this format, like DigitalMicrograph.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many tags to show.")] = 30,
    as_json: Json = False,
) -> None:
    """List the vendor tags most worth mapping next."""
    from emfair.catalogue.unmapped import worth_mapping

    with screen.errors_end_the_process(), services(only_read=True) as stores:
        found = worth_mapping(stores.index, reader, limit)
    if as_json:
        screen.print_json([asdict(one) for one in found])
    elif not found:
        screen.out.print("Every tag is mapped, or nothing was processed yet.")
    else:
        columns = ["format", "tag", "varies", "example", "measurements", "experiments"]
        number = len(columns) if screen.is_wide() else len(columns) - 2
        screen.print_table(
            "", columns[:number],
            [(one.reader, one.tag, "yes" if one.varies else "", one.example, one.measurements,
              one.experiments)[:number] for one in found],
            experiments="right", measurements="right", tag="fold", example="one line",
        )  # fmt: skip
        screen.say(
            "A row in a table of emfair/vendor/tables maps a tag: tag, key, the vendor's unit.",
            "dim",
        )
