"""``emfair serve``: the REST API alone."""

from __future__ import annotations

from typing import Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import settings


def serve(
    host: Annotated[
        str, typer.Option(help="Listen here; beyond this machine only with a login.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            help="Port, 0 for any free one; EMFAIR_APP_PORT by default.", min=0, max=65535
        ),
    ] = None,
    access_log: Annotated[
        bool, typer.Option("--access-log", help="Write a line for every request.")
    ] = False,
) -> None:
    """Serve the REST API alone, without app and Dagster.

    Deposits wait until `emfair process --pending` or `emfair up` processes them.
    """
    from emfair.errors import BadSetting

    with screen.errors_end_the_process():
        try:
            from emfair.api.serve import serve as serve_api
        except ModuleNotFoundError as error:
            raise BadSetting(
                f"{error.name} is not installed.",
                subject="emfair serve",
                remedy="Install it: pip install 'emfair[app]'.",
            ) from error
        chosen = settings()
        serve_api(chosen, host, chosen.app_port if port is None else port, access_log=access_log)
