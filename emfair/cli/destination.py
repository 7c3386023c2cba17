"""Where a command sends files: to a server, or straight into the stores of this machine.

What does not belong here: what is sent (`deposit`, `watch`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import services, settings
from emfair.cli.progress import stage

if TYPE_CHECKING:
    from emfair.client.bandwidth import Bandwidth
    from emfair.client.depository import Depository, Progress
    from emfair.client.http import Client
    from emfair.client.retry import Wait
    from emfair.client.wire import Token
    from emfair.errors import EmfairError
    from emfair.model.manifest import Place
    from emfair.settings import Settings

INTERRUPTED = 130
"""What a process ends with that a person interrupts: 128, and the signal's number."""

Server = Annotated[
    str,
    typer.Option(
        help="The emfair to send to (https://…), with the token in EMFAIR_TOKEN, or the login of "
        "emfair login; by default EMFAIR_SERVER, or else the stores of this machine.",
    ),
]
Rate = Annotated[
    str,
    typer.Option("--limit-rate", help="Bytes a second that may be sent at most: 20MB, 1.5 MiB/s."),
]


@dataclass(frozen=True)
class Destination:
    """A depository, and what a person is told of it.

    Attributes
    ----------
    locate
        Returns where an experiment is found.
    next
        What has to happen before an experiment is processed.
    known
        Returns where files with these SHA-256 lie already, as experiments and checksums; nothing
        where it is not known.
    limited
        Goes around callbacks of progress where the depository itself keeps to no bandwidth.
    """

    depository: Depository
    locate: Callable[[Place], str]
    next: str
    known: Callable[[Iterable[str]], Iterable[tuple[str, str]]]
    limited: Callable[[Progress], Progress]


@contextmanager
def resumable() -> Iterator[None]:
    """Say on Ctrl-C that nothing is lost, and end with 130."""
    try:
        yield
    except KeyboardInterrupt as error:
        told = "Interrupted: what has arrived stays. Repeat the same command to go on."
        screen.say(told, to=screen.err)
        raise typer.Exit(INTERRUPTED) from error


@contextmanager
def destination(
    server: str,
    rate: str,
    *,
    patience: float | None = None,
    wait: Wait = time.sleep,
    tell: Callable[[EmfairError], None] | None = None,
) -> Iterator[Destination]:
    """Open what `server`, or the settings, name.

    Parameters
    ----------
    patience
        Seconds for which a server that does not answer is asked again; None: the client's own.
    wait
        Lets seconds pass until a server is asked again.
    tell
        Is told what is waited for, by any thread.

    Raises
    ------
    BadCall
        `rate` is none.
    BadSetting
        The address is not to be trusted.
    """
    from emfair.client.bandwidth import Bandwidth, parse_rate
    from emfair.client.http import PATIENCE, Client
    from emfair.client.retry import untold

    bandwidth = Bandwidth(parse_rate(rate)) if rate else None
    read = settings()
    if address := server or read.server:
        longest = PATIENCE if patience is None else patience
        with Client(
            address, token=_token(read), bandwidth=bandwidth, patience=longest, wait=wait,
            tell=tell or untold,
        ) as client:  # fmt: skip
            yield _remote(client)
    else:
        with _local(bandwidth) as found:
            yield found


def _remote(client: Client) -> Destination:
    return Destination(
        client,
        lambda place: client.locate(place.experiment),
        "The server processes it by itself, where its daemon runs.",
        lambda _: (),
        _as_it_is,
    )


@contextmanager
def _local(bandwidth: Bandwidth | None) -> Iterator[Destination]:
    from emfair.lake import layout
    from emfair.service.access import local_access
    from emfair.service.depository import LocalDepository
    from emfair.service.uploads import known

    with services() as stores:
        access = local_access(stores)
        yield Destination(
            LocalDepository(access),
            lambda place: stores.lake.locate(layout.experiment_prefix(place)),
            f"`{screen.program()} up` processes it by itself; "
            f"`{screen.program()} process --pending` now.",
            lambda sums: [(one.experiment, one.sha256) for one in known(access, sums)],
            bandwidth.limited if bandwidth else _as_it_is,
        )


def _token(read: Settings) -> Token | str:
    """Return what proves who sends: a token of one's own, or the login where there is a service."""
    from emfair.cli.login import credentials_file
    from emfair.client.login import Login

    if text := read.token.get_secret_value():
        return text
    return Login(credentials_file(), read.oidc_issuer) if read.oidc_issuer else ""


def say_once() -> Callable[[EmfairError], None]:
    """Return what says what is waited for: each thing once, whoever waits."""
    said, lock = set[str](), Lock()

    def say(error: EmfairError) -> None:
        head = f"{error.subject}: {error.message}" if error.subject else error.message
        with lock:
            if error.message not in said:
                said.add(error.message)
                screen.say(f"Waiting, and trying again by itself: {head}", to=stage())

    return say


def _as_it_is(progress: Progress) -> Progress:
    return progress
