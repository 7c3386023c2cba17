"""How many bytes a second may leave: for a microscope's computer that has other things to do.

What does not belong here: waiting. Whoever sends books bytes, and lets time pass in its own way.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from threading import Lock

from emfair.client.depository import Progress
from emfair.errors import BadCall

BURST = 0.25
"""Seconds of a silence that may be made up for."""
LEAST = 40e3
"""Bytes a second: each of a transfer's connections, seven at most, brings 5,700 of them then. Who
brings a server fewer than 4,096 is taken for somebody who only holds a place of others."""
_TURN = 0.25
"""Seconds that one connection may take while the others are silent."""
_RATE = re.compile(r"(\d+(?:\.\d+)?) *([kMGT]?)(i?)B?(?:/s)?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_rate(text: str) -> float:
    """Return the bytes a second that a person has written.

    >>> parse_rate("20MB"), parse_rate("1.5 MiB/s"), parse_rate("800k")
    (20000000.0, 1572864.0, 800000.0)

    Raises
    ------
    BadCall
        It is no rate, or so low that servers would give up.
    """
    found = _RATE.fullmatch(text.strip())
    rate = 0.0
    if found:
        number, prefix, binary = found.groups()
        rate = float(number) * (1024 if binary else 1000) ** _POWERS[prefix.lower()]
    if rate <= 0:
        raise BadCall(
            "is no rate.", subject=text, remedy="Write bytes a second: 20MB, 1.5 MiB/s, 800k."
        )
    if rate < LEAST:
        raise BadCall(
            "is too slow: a server takes a sender that drips for gone.",
            subject=text,
            remedy=f"Write {LEAST / 1000:.0f}kB a second, or more.",
        )
    return rate


class Bandwidth:
    """At most `rate` bytes a second, whoever sends them; threads may share it."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._lock = Lock()
        self._free = clock()

    def book(self, amount: int) -> float:
        """Book `amount` bytes, which leave now; return for how many seconds none may follow."""
        with self._lock:
            now = self._clock()
            self._free = max(self._free, now - BURST) + amount / self.rate
            return max(0.0, self._free - now)

    def pieces(self, block: bytes) -> Iterator[bytes]:
        """Yield what to book at a time, for those who share it all to keep sending."""
        size = max(1, int(self.rate * _TURN))
        for start in range(0, len(block), size):
            yield block[start : start + size]

    def limited(self, progress: Progress) -> Progress:
        """Return a callback that holds up whoever tells it of too many bytes."""

        def held_up(done: int) -> None:
            time.sleep(self.book(done))
            progress(done)

        return held_up
