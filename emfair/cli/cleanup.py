"""``emfair cleanup``: what happens by itself once a day, by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import Json, services


def cleanup(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be cleaned away.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Give up drafts and uploads that nobody finishes, and what they left in the lake."""
    from emfair.service.cleanup import clean_up

    with screen.errors_end_the_process(), services() as opened:
        done = list(clean_up(opened, dry_run=dry_run))
    if as_json:
        screen.print_json([vars(one) for one in done])
    elif not done:
        screen.out.print("There is nothing to clean away.")
    else:
        screen.print_table(
            "Would be cleaned away" if dry_run else "Cleaned away",
            ["what", "which", "why", "problem"],
            [(one.what.value, one.subject, one.why, one.problem) for one in done],
        )
    if any(one.problem for one in done):
        raise typer.Exit(screen.BAD_DATA)
