"""``emfair lake``: what an operator does to the lake itself."""

from __future__ import annotations

from urllib.parse import urlsplit

import typer
from rich.text import Text

from emfair.cli import screen
from emfair.cli.arguments import Json, settings

lake = typer.Typer(help="Look after the lake.", no_args_is_help=True)


@lake.callback()
def options() -> None:
    """Look after the lake."""


@lake.command()
def setup(as_json: Json = False) -> None:
    """Make the bucket and its rules; run it again whenever the app's address changes."""
    from emfair.lake.open import open_lake
    from emfair.lake.setup import Outcome, set_up

    with screen.errors_end_the_process():
        chosen = settings()
        opened = open_lake(chosen.lake)
        address = urlsplit(chosen.public_url)
        steps = set_up(opened, f"{address.scheme}://{address.netloc}")
    if as_json:
        screen.print_json([vars(step) for step in steps])
        return
    if not steps:
        screen.say(f"{opened.url} needs nothing: the first deposit makes its folder.")
        return
    styles = {Outcome.MADE: "green", Outcome.KEPT: "dim", Outcome.UNSUPPORTED: "yellow"}
    screen.print_table(
        opened.url,
        ["", "what", "what that means"],
        [(Text(s.outcome.value, styles[s.outcome]), s.what, s.meaning) for s in steps],
    )
