"""Who ends the processes of an ``emfair up`` that was killed and could not do so itself.

A small process beside it, run as a file and with the standard library alone. It is told each
process that is started, and waits for the end of the line on which it is told: when that comes,
whoever told has ended, and what still runs is ended as Ctrl-C would. Until then it holds what it
has inherited, the home's lock. What does not belong here: which processes there are (`plan`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

GRACE = 15.0
"""Seconds a process has to end its work, before it and its own children are killed."""
_KILLED = 5.0
"""Seconds that killed processes have to be gone."""


@contextmanager
def heir(lock: int) -> Iterator[Callable[[int], None]]:
    """Start the heir, which holds the file `lock` too; yield what tells it of a process.

    Each process it is told of leads a group of its own.
    """
    inward, outward = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-I", __file__, str(inward)],
        pass_fds=[inward, lock],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(inward)
    try:
        with open(outward, "wb", buffering=0) as line:  # noqa: PTH123  a descriptor is no path

            def tell(leader: int) -> None:
                with suppress(BrokenPipeError):  # someone has killed the heir: all else goes on
                    line.write(b"%d\n" % leader)

            yield tell
    finally:
        process.wait()


def inherit(line: int) -> None:
    """Wait for the end of `line`, then end the processes that it named: the heir's main."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a service manager sends them to all at once
    with open(line, "rb") as told:
        leaders = [int(one) for one in told]
    _end(leaders)


def _end(leaders: Sequence[int]) -> None:
    deadline = time.monotonic() + GRACE
    for leader in leaders:
        with suppress(ProcessLookupError):
            os.kill(leader, signal.SIGINT)  # it stops its own children first
    _wait(lambda: any(_lives(leader) for leader in leaders), deadline)
    for number, until in ((signal.SIGTERM, deadline), (signal.SIGKILL, deadline + _KILLED)):
        for leader in leaders:
            _signal_group(leader, number)
        _wait(lambda: any(_signal_group(leader, 0) for leader in leaders), until)


def _wait(so: Callable[[], bool], deadline: float) -> None:
    while so() and time.monotonic() < deadline:
        time.sleep(0.05)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _signal_group(leader: int, number: int) -> bool:
    """Signal a group; return whether it is there."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    inherit(int(sys.argv[1]))
