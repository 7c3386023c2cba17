"""``emfair doctor``: a preflight check."""

from __future__ import annotations

import typer
from rich.text import Text

from emfair.cli import screen
from emfair.cli.arguments import Json, settings


def doctor(as_json: Json = False) -> None:
    """Check that everything emfair needs is there and answers."""
    from emfair.service.checkup import check_up

    with screen.errors_end_the_process():
        checked = list(check_up(settings()))
    if as_json:
        screen.print_json([one.model_dump() for one in checked])
    else:
        screen.print_table(
            "", ["", "what", "found", "what to do"],
            [(Text("✓", "green") if one.fine else Text("✗", "bold red"), one.what, one.found,
              "" if one.fine else one.remedy) for one in checked],
        )  # fmt: skip
    if not all(one.fine for one in checked):
        raise typer.Exit(screen.BAD_DATA)
