"""Where a command sends files: to a server, or straight into the stores of this machine.

What does not belong here: what is sent (`deposit`, `watch`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import services, settings

if TYPE_CHECKING:
    from emfair.client.bandwidth import Bandwidth
    from emfair.client.depository import Depository, Progress
    from emfair.client.wire import Token
    from emfair.model.manifest import Place
    from emfair.settings import Settings

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
    limited
        Goes around callbacks of progress where the depository itself keeps to no bandwidth.
    """

    depository: Depository
    locate: Callable[[Place], str]
    next: str
    limited: Callable[[Progress], Progress]


@contextmanager
def destination(server: str, rate: str, *, patience: float | None = None) -> Iterator[Destination]:
    """Open what `server`, or the settings, name.

    Parameters
    ----------
    patience
        Seconds for which a server that does not answer is asked again; None: the client's own.

    Raises
    ------
    BadCall
        `rate` is none.
    BadSetting
        The address is not to be trusted.
    """
    from emfair.client.bandwidth import Bandwidth, parse_rate

    bandwidth = Bandwidth(parse_rate(rate)) if rate else None
    read = settings()
    if address := server or read.server:
        with _remote(address, read, bandwidth, patience) as found:
            yield found
    else:
        with _local(bandwidth) as found:
            yield found


@contextmanager
def _remote(
    address: str, read: Settings, bandwidth: Bandwidth | None, patience: float | None
) -> Iterator[Destination]:
    from emfair.client.http import PATIENCE, Client

    longest = PATIENCE if patience is None else patience
    with Client(address, token=_token(read), bandwidth=bandwidth, patience=longest) as client:
        yield Destination(
            client,
            lambda place: client.locate(place.experiment),
            "The server processes it by itself, where its daemon runs.",
            _as_it_is,
        )


@contextmanager
def _local(bandwidth: Bandwidth | None) -> Iterator[Destination]:
    from emfair.lake import layout
    from emfair.service.access import local_access
    from emfair.service.depository import LocalDepository

    with services() as stores:
        yield Destination(
            LocalDepository(local_access(stores)),
            lambda place: stores.lake.locate(layout.experiment_prefix(place)),
            f"`{screen.program()} up` processes it by itself; "
            f"`{screen.program()} process --pending` now.",
            bandwidth.limited if bandwidth else _as_it_is,
        )


def _token(read: Settings) -> Token | str:
    """Return what proves who sends: a token of one's own, or the login where there is a service."""
    from emfair.cli.login import credentials_file
    from emfair.client.login import Login

    if text := read.token.get_secret_value():
        return text
    return Login(credentials_file(), read.oidc_issuer) if read.oidc_issuer else ""


def _as_it_is(progress: Progress) -> Progress:
    return progress
