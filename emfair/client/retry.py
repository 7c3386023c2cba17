"""Trying again: what may succeed a little later, with growing delays, until patience ends.

What does not belong here: what may be tried again (whoever asks raises `Again`).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from threading import Event
from typing import TypeVar

from emfair.errors import EmfairError

R = TypeVar("R")
FIRST = 0.25
"""Seconds before the second try, more or less; each delay after it is twice as long."""
LONGEST = 15.0
TOLD = 2
"""The failure in a row, counted from 0, that is told: after a second or two, no mere stumble."""
_BEAT = 0.25
"""Seconds between two looks whether somebody else's wait has ended."""

Wait = Callable[[float], None]
"""Lets seconds pass; whoever is not to wait any more learns it from what it raises."""


class Again(Exception):
    """It did not work, and may work later: raised inside of `patiently` alone.

    Parameters
    ----------
    error
        What to raise when patience has ended.
    after
        Seconds that the other side asks to wait at least.
    """

    def __init__(self, error: EmfairError, after: float = 0.0) -> None:
        self.error = error
        self.after = after
        super().__init__(str(error))


def untold(_: EmfairError) -> None:
    """Tell nobody what is waited for."""


class Stopped(Exception):
    """Something else has failed, or a person has ended it: whatever waits need not wait."""


@dataclass(frozen=True)
class Patience:
    """How long to try.

    Attributes
    ----------
    seconds
        Since the first failure in a row.
    wait
        Lets seconds pass.
    clock
        Seconds that only grow.
    chance
        Between 0 and 1: many who were cut off at once do not come back at once.
    tell
        Is told what is waited for, by any thread, each time that something does not pass at once.
    """

    seconds: float
    wait: Wait = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    tell: Callable[[EmfairError], None] = untold


def patiently(once: Callable[[], R], patience: Patience) -> R:
    """Return what `once` returns, called until it raises `Again` no more.

    Raises
    ------
    EmfairError
        The last try's, when patience has ended.
    """
    end: float | None = None
    for number in count():
        try:
            return once()
        except Again as again:
            now = patience.clock()
            end = now + patience.seconds if end is None else end
            pause = max(delay(number, patience.chance()), again.after)
            if now + pause > end:
                raise again.error from again
            if number == TOLD:
                patience.tell(again.error)
            patience.wait(pause)
    raise AssertionError  # count() has no end


def delay(number: int, chance: float) -> float:
    """Return the seconds after failure `number`, counted from 0; `chance` is between 0 and 1.

    >>> delay(0, 0.5), delay(3, 0.5), delay(99, 0.5)
    (0.25, 2.0, 15.0)
    """
    return min(LONGEST, FIRST * 2.0 ** min(number, 30)) * (0.5 + chance)


def waiting(stop: Event, other: Wait = time.sleep) -> Wait:
    """Return a wait that `stop` ends with `Stopped`, and `other` with what that raises."""

    def wait(seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            other(0)
            left = max(0.0, end - time.monotonic())
            if stop.wait(min(left, _BEAT)):
                raise Stopped
            if left <= _BEAT:
                return

    return wait
