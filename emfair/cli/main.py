"""The composition root of the command line: the commands, and what every one of them shares."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable

import typer

from emfair import __version__
from emfair.cli import (
    cleanup,
    convert,
    demo,
    deposit,
    doctor,
    inspect,
    lake,
    login,
    process,
    query,
    rebuild,
    serve,
    simulate,
    tags,
    up,
    validate,
    watch,
)

app = typer.Typer(
    name="emfair",
    help="Raw electron-microscopy files in, FAIR data out.",
    epilog="Exit codes: 0 done, 1 bad data, 2 a wrong call, 3 not available now.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
EXAMPLES: dict[Callable[..., None], str] = {
    up.up: "up",
    serve.serve: "serve --port 8501",
    demo.demo: "demo",
    deposit.deposit: "deposit scans/ --project Minerals --proposal 2026-A --sample Quartz "
    "-a notes.yaml",
    inspect.inspect: "inspect scan_012.dm4",
    convert.convert: "convert '*.dm4' --output containers --annotations notes.yaml",
    validate.validate: "validate containers/",
    process.process: "process --pending",
    rebuild.rebuild: "rebuild e-20260122-k3f9zqmh --check",
    query.query: "query 'SELECT file, acceleration_voltage_V FROM measurements'",
    tags.tags: "tags --format DigitalMicrograph --limit 50",
    simulate.simulate: "simulate session/ --session tem --rate fast",
    login.login: "login",
    login.logout: "logout",
    login.whoami: "whoami",
    doctor.doctor: "doctor",
    cleanup.cleanup: "cleanup --dry-run",
}
"""The commands in the order of the help, each with a call that people can copy."""

for command, example in EXAMPLES.items():
    app.command(epilog=f"Example: emfair {example}")(command)
app.add_typer(lake.lake, name="lake")
app.add_typer(watch.watch, name="watch")


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
    signal.signal(signal.SIGTERM, _leave)
    if sys.platform != "win32":  # a closed terminal leaves no scratch folder
        signal.signal(signal.SIGHUP, _leave)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()
