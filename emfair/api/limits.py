"""How often strangers may ask: those without a login, and those whose login is wrong.

Counted in this process, by the address they come from; whoever is logged in is not counted. What
does not belong here: limits of size (`emfair.api.sizes`).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from fastapi import Request

from emfair.errors import Busy

EACH_MINUTE = 120
"""Requests a minute that one address may send, evenly or in one burst."""
ADDRESSES = 10_000
"""Addresses that are remembered; whoever has been silent longest is forgotten first."""


class Limiter:
    """A bucket of `each_minute` drops for every address, refilled evenly; threads may share it.

    Parameters
    ----------
    clock
        Seconds that only grow.
    """

    def __init__(
        self, each_minute: int = EACH_MINUTE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = float(each_minute)
        self._clock = clock
        self._lock = Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count(self, request: Request) -> None:
        """Count a request. Raises `Busy` if there were too many from where it comes."""
        address = request.client.host if request.client else ""
        now = self._clock()
        with self._lock:
            left, since = self._buckets.pop(address, (self._most, now))
            left = min(self._most, left + (now - since) * self._most / 60)
            self._buckets[address] = (max(left - 1, 0.0), now)
            while len(self._buckets) > ADDRESSES:
                self._buckets.popitem(last=False)
        if left < 1:
            raise Busy(
                f"more than {self._most:.0f} requests a minute came from {address} without a "
                "login, or with a wrong one.",
                remedy="Log in, or wait a minute.",
            )
