"""A child process with its log: started in a group of its own, asked whether it answers, stopped.

What does not belong here: which children there are (`plan`).
"""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emfair.errors import Unavailable
from emfair.service.up.ports import LOOPBACK

TAIL = 15
_BY_OTHERS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True)
class ChildPlan:
    """What to start, where it will answer, and where its words go.

    An answer that holds `sick` says that it runs but cannot work.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    port: int
    health: str
    log: Path
    sick: bytes = b""


class Child:
    """A running child; `plan.log` gets what it writes, an older log stays as ``….log.1``.

    It leads a group of its own, and holds the file `lock` as long as it runs.
    """

    def __init__(self, plan: ChildPlan, lock: int) -> None:
        self.plan = plan
        plan.log.parent.mkdir(parents=True, exist_ok=True)
        if plan.log.exists():
            plan.log.replace(f"{plan.log}.1")
        with plan.log.open("wb") as log:
            self._process = subprocess.Popen(
                plan.command,
                env=plan.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock],
            )
        self.pid = self._process.pid

    def check(self) -> None:
        """Raise `Unavailable` if the child has died: with the end of its log, if that may tell why.

        Whom somebody else has ended wrote no last words: what its log ends with is of before.
        """
        code = self._process.poll()
        if code is None:
            return
        if -code in _BY_OTHERS:
            raise Unavailable(
                f"was ended from outside ({signal.Signals(-code).name}): by somebody, or by the "
                "system for want of memory.",
                subject=self.plan.name,
                remedy=f"Start again. Its log: {self.plan.log}",
            )
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        raise self.trouble(f"stopped by itself ({how}).")

    def answers(self) -> bool:
        """Return whether it answers. Raises `Unavailable` if it has died or is sick."""
        self.check()
        connection = http.client.HTTPConnection(LOOPBACK, self.plan.port, timeout=2)
        try:
            connection.request("GET", self.plan.health)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if self.plan.sick and self.plan.sick in body:
            raise self.trouble("runs, but cannot work.")
        return response.status == http.client.OK

    def trouble(self, what: str) -> Unavailable:
        """Return an error with the last lines of the log."""
        return Unavailable(
            f"{what} Its last words:\n{self._tail()}",
            subject=self.plan.name,
            remedy=f"\nThe whole log: {self.plan.log}",
        )

    def _tail(self) -> str:
        """Return the last lines of the log."""
        with self.plan.log.open(encoding="utf-8", errors="replace") as log:
            lines = "".join(deque(log, TAIL)).rstrip()
        return lines or "(it wrote nothing)"

    def ask_to_stop(self) -> None:
        """Ask it to end; it stops its own children first."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def wait_stopped(self, deadline: float) -> None:
        """Wait until `deadline` (`time.monotonic`) for it and its children, then kill them."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(deadline - time.monotonic(), 0))
        self._signal_group(signal.SIGTERM)
        while self._group_lives() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._signal_group(signal.SIGKILL)
        self._process.wait()

    def _group_lives(self) -> bool:
        self._process.poll()  # reaps it: a zombie still counts as a member of its group
        return self._signal_group(0)

    def _signal_group(self, number: int) -> bool:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True
