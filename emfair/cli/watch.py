"""``emfair watch``: ships what a microscope writes into a folder, for as long as it runs."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import typer
from typer.core import TyperGroup

from emfair.cli import screen, watched
from emfair.cli.arguments import settings
from emfair.cli.destination import Destination, Rate, Server, destination
from emfair.cli.watched import Folder, Instrument, Project, Proposal, Sample, State, places

if TYPE_CHECKING:
    from emfair.client.retry import Wait
    from emfair.client.watch.rules import Rules
    from emfair.service.stop import Stop

RUN = "run"
NOBODY_SAID = (
    "nothing is sent of a session until an emfair.yaml in its folder, or emfair watch edit, does"
)
PATIENCE = 5.0
"""Seconds for which a server is asked again: the watcher has longer delays of its own."""


class _Default(TyperGroup):
    """Takes ``emfair watch DIR`` for ``emfair watch run DIR``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the command before arguments that begin with none."""
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = [RUN, *args]
        return super().parse_args(ctx, args)


watch = typer.Typer(
    epilog="Example: emfair watch D:\\Data --project Minerals --proposal 2026-A --sample Quartz",
    cls=_Default,
    no_args_is_help=True,
)


@watch.callback()
def options() -> None:
    """Ship what a microscope writes into a folder: emfair watch DIR.

    That is emfair watch run DIR: its options are in emfair watch run --help.
    """


@watch.command(epilog="Example: emfair watch data/ --pattern '{project}/{proposal}/{sample}'")
def run(
    folder: Folder,
    project: Project = "",
    proposal: Proposal = "",
    sample: Sample = "",
    instrument: Instrument = "",
    pattern: Annotated[
        str, typer.Option(help="What the folders' names say: '{project}/{sample}/{session}'.")
    ] = "",
    settle: Annotated[
        str, typer.Option(help="How long a file must not change until it is sent.")
    ] = "60s",
    gap: Annotated[
        str, typer.Option(help="How long nothing must come until a session is over.")
    ] = "2h",
    companion: Annotated[
        str, typer.Option(help="How long a file waits for one it cannot be read without.")
    ] = "10min",
    interval: Annotated[str, typer.Option(help="From one look at the folder to the next.")] = "10s",
    server: Server = "",
    limit_rate: Rate = "",
    status_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Show a page here, on this machine; 0: any port."),
    ] = None,
    state: State = None,
    moved: Annotated[
        bool, typer.Option("--moved", help="The server is the one of before, at another address.")
    ] = False,
) -> None:
    """Watch a folder: send what has settled, seal sessions that are over. The default command.

    What is known of the folder is kept: killed and started again, it goes on where it stopped.
    """
    from emfair.client.watch.pattern import Pattern
    from emfair.client.watch.rules import Rules, Where, duration

    with screen.errors_end_the_process():
        rules = Rules(
            settle=duration(settle),
            gap=duration(gap),
            companion=duration(companion),
            pattern=Pattern(pattern),
            default=Where(project, proposal, sample, instrument=instrument),
        )
        root, notes = places(folder, state)
        every = duration(interval)
        with (
            _stopped_by_signals() as stop,
            destination(server, limit_rate, patience=PATIENCE, wait=_until(stop)) as to,
        ):
            address = (server or settings().server).rstrip("/")
            where = address or f"this machine's lake, {settings().lake}"
            _run(root, notes, to, where, rules, stop, every=every, port=status_port, moved=moved)


_BESIDE: dict[Callable[..., None], str] = {
    watched.sessions: "sessions data/",
    watched.edit: "edit data/ 3 --title 'Grain boundaries'",
    watched.seal: "seal data/ 3",
    watched.status: "status data/ --json",
}
for command, example in _BESIDE.items():
    watch.command(epilog=f"Example: emfair watch {example}")(command)


def _run(
    root: Path,
    notes: Path,
    to: Destination,
    where: str,
    rules: Rules,
    stop: Stop,
    *,
    every: float,
    port: int | None,
    moved: bool,
) -> None:
    """Watch until a person ends it."""
    from emfair import __version__
    from emfair.client.watch.journal import Journal, close_log, open_log
    from emfair.client.watch.page import serving
    from emfair.client.watch.run import Watcher
    from emfair.client.watch.shown import moment
    from emfair.client.watch.spool import FILE, Spool
    from emfair.client.watch.state import alone, check_destination, check_there
    from emfair.client.watch.status import Status, Writer

    if not (notes / FILE).exists():
        check_there(root)
    with ExitStack() as stack:
        stack.enter_context(alone(notes))
        log = open_log(notes)
        stack.callback(close_log, log)
        spool = stack.enter_context(closing(Spool(notes / FILE)))
        check_destination(spool, where, moved=moved)
        spool.keep("rules", rules.plain)
        journal = Journal(log)
        watcher = Watcher(
            root, spool, to.depository, journal, rules=rules, interval=every,
            leave_out=_own(notes), stopping=lambda: stop.asked,
            hold_up=to.limited,
        )  # fmt: skip
        about = {
            "folder": str(root), "to": where, "state_folder": str(notes), "pid": os.getpid(),
            "version": __version__, "started": moment(time.time()), "page": None,
        }  # fmt: skip
        told = Status(watcher, about)
        if port is not None:
            about["page"] = stack.enter_context(serving(told, port))
        journal.tell("started", f"watching {root}, sending to {where}; notes in {notes}")
        if missing := _unsaid(rules):
            journal.tell("problem", f"{missing}; {NOBODY_SAID}", level=logging.WARNING)
        if about["page"]:
            journal.tell("page", str(about["page"]))
        stack.enter_context(Writer(told, notes))
        while not stop.asked:
            watcher.turn()
            told.gather()
            stop.within(watcher.pause())
        journal.tell("stopped", "what is not sent yet is sent the next time")


def _unsaid(rules: Rules) -> str:
    """Return what neither an option nor the folders' names say, of what must be known to send."""
    named = [word for word in rules.default.missing if f"{{{word}}}" not in rules.pattern.text]
    return f"neither an option nor --pattern names the {', '.join(named)}" if named else ""


def _own(notes: Path) -> frozenset[str]:
    """Return the folders of emfair itself, which nobody shall ship into themselves."""
    read = settings()
    own = {str(notes), str(read.home)}
    if read.lake.startswith("file:"):
        own.add(str(Path(url2pathname(urlsplit(read.lake).path))))
    return frozenset(own)


def _until(stop: Stop) -> Wait:
    """Return what lets seconds pass until a person wants to end it."""
    from emfair.client.watch.ship import Interrupted

    def wait(seconds: float) -> None:
        if stop.within(seconds):
            raise Interrupted

    return wait


@contextmanager
def _stopped_by_signals() -> Iterator[Stop]:
    """Yield in what Ctrl-C and SIGTERM are noted; a second one ends the process at once."""
    from emfair.service.stop import Stop

    stop = Stop()

    def on_signal(number: int, _: object) -> None:
        if stop.asked:
            raise SystemExit(128 + number)
        stop.note()

    numbers = [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
