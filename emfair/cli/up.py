"""``emfair up``: everything embedded, on this machine."""

from __future__ import annotations

from emfair.cli import screen
from emfair.cli.arguments import settings


def up() -> None:
    """Run app, API and Dagster on this machine; print the URLs."""
    from emfair.service.up import up as run_all

    with screen.errors_end_the_process():
        run_all(settings())
