"""Start everything, wait until it answers, watch it, stop it."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from emfair.errors import Conflict
from emfair.identity.listen import announcement
from emfair.service.stop import Stop, stop_signals
from emfair.service.up.children import Child, ChildPlan
from emfair.service.up.heir import GRACE, heir
from emfair.service.up.plan import plans, prepare_dagster_home
from emfair.service.up.ports import LOOPBACK, settle_ports
from emfair.settings import Settings

PATIENCE = 120.0
"""Seconds until everything must have answered; Dagster takes 5–20 of them."""
_NO_LOGIN = "Dagster asks nobody who they are: whoever uses this machine can start runs there."
TERMINAL: Callable[[str], None] = partial(print, flush=True)


def up(settings: Settings, tell: Callable[[str], None] = TERMINAL) -> None:
    """Run app and Dagster until SIGINT, SIGTERM or SIGHUP; leave no process behind.

    Nor does SIGKILL: an `heir` then ends them, and nobody else is up on this home before.
    Call it in the main thread: it takes over these signals until it returns.

    Parameters
    ----------
    tell
        Called with each line for the person at the terminal.

    Raises
    ------
    BadSetting
        A port is in use, or a part is not installed.
    Conflict
        emfair is up already on this home.
    Unavailable
        A child died or does not answer; the message holds the last lines of its log.
    """
    with _only_one(settings) as lock, stop_signals() as stop:
        settled = settle_ports(settings)
        prepare_dagster_home(settled)
        tell(f"Starting … (logs: {settled.home / 'logs'})")
        with _running(plans(settled), lock) as children:
            if not _wait(children, stop):
                return
            for line in _welcome(settled):
                tell(line)
            while not stop.within(0.5):
                for child in children:
                    child.check()
            tell("Stopping …")


def _welcome(settings: Settings) -> list[str]:
    app = f"http://{LOOPBACK}:{settings.app_port}"
    return [
        f"App      {app}",
        f"API      {app}/api/v1/openapi.json",
        f"Dagster  http://{LOOPBACK}:{settings.dagster_port}",
        announcement(LOOPBACK, settings.oidc_issuer),
        *([_NO_LOGIN] if settings.oidc_issuer else []),
        "Ctrl-C stops it.",
    ]


def _wait(children: Sequence[Child], stop: Stop) -> bool:
    """Wait until all answer; return False if the person stopped it before."""
    waiting = list(children)
    deadline = time.monotonic() + PATIENCE
    while waiting := [child for child in waiting if not child.answers()]:
        if time.monotonic() > deadline:
            raise waiting[0].trouble(f"did not answer within {PATIENCE:.0f} s.")
        if stop.within(0.1):
            return False
    return True


@contextmanager
def _running(planned: Sequence[ChildPlan], lock: int) -> Iterator[list[Child]]:
    children: list[Child] = []
    with heir(lock) as tell:
        try:
            for plan in planned:
                children.append(Child(plan, lock))
                tell(children[-1].pid)
            yield children
        finally:
            deadline = time.monotonic() + GRACE
            for child in children:
                child.ask_to_stop()
            with ExitStack() as stack:
                for child in children:
                    stack.callback(child.wait_stopped, deadline)


@contextmanager
def _only_one(settings: Settings) -> Iterator[int]:
    """Hold the home's lock: two daemons over one Dagster instance would start every run twice.

    Yields the file that is locked: whoever inherits it holds the lock, too.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                "emfair is up already on this home.",
                subject=str(settings.home),
                remedy="Use that one, stop it, or set EMFAIR_HOME to another folder; if it was "
                f"killed, what it has started ends within {GRACE:.0f} s.",
            ) from error
        yield lock.fileno()
