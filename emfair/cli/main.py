"""The composition root of the command line: the commands, and what every one of them shares."""

from __future__ import annotations

import io
import signal
import sys

import typer

from emfair import __version__
from emfair.cli import (
    convert,
    demo,
    deposit,
    doctor,
    inspect,
    process,
    query,
    rebuild,
    tags,
    up,
    validate,
)

app = typer.Typer(
    name="emfair",
    help="Raw electron-microscopy files in, FAIR data out.",
    epilog="Exit codes: 0 done, 1 bad data, 2 a wrong call, 3 not available now.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    up,
    demo,
    deposit,
    inspect,
    convert,
    validate,
    process,
    rebuild,
    query,
    tags,
    doctor,
):
    app.command()(getattr(command, command.__name__.rsplit(".", 1)[-1]))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"emfair {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _: bool = typer.Option(
        False, "--version", help="Print the version.", callback=_version, is_eager=True
    ),
) -> None:
    """Raw electron-microscopy files in, FAIR data out."""


def _leave(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command line; what the terminal's encoding lacks is escaped, never a crash."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal leaves no scratch folder
        signal.signal(number, _leave)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()
