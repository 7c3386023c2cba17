"""What was made to be looked at, kept for a while, and how many are made at once.

A look's name holds its container's SHA-256 and all that was chosen, a document's its own SHA-256:
none goes stale. Who may see it is asked before. What does not belong here: making one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import BoundedSemaphore, Lock
from typing import Any, TypeVar, cast

from emfair.errors import Busy

T = TypeVar("T")
ROOM = 96 << 20
"""Bytes of looks that are kept."""
ENTRY = 2 << 10
"""Bytes that a look and its name take besides its numbers; up to 1,001 were measured."""
AT_ONCE = 2
WAIT = 15.0
"""Seconds after which someone is told to try again."""


class Kept:
    """Looks that were made, up to so many bytes: the oldest go first.

    Parameters
    ----------
    room
        Bytes that they may take together.
    at_once
        How many are made at the same time, others wait up to `wait` seconds.
    """

    def __init__(self, room: int = ROOM, at_once: int = AT_ONCE, wait: float = WAIT) -> None:
        self._room, self._wait = room, wait
        self._places = BoundedSemaphore(at_once)
        self._lock = Lock()
        self._looks: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._taken = 0

    def get(self, name: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """Return the look of that name, made if it is not there.

        Parameters
        ----------
        size
            Tells the bytes of its numbers.

        Raises
        ------
        Busy
            As many as may be are being made, and none was done in time.
        """
        if (found := self._find(name)) is not None:
            return cast("T", found)
        if not self._places.acquire(timeout=self._wait):
            raise Busy(
                "what others look at is being made ready first.",
                subject="What you look at",
                remedy="Try again in a few seconds.",
            )
        try:
            if (found := self._find(name)) is not None:  # whoever was before made it
                return cast("T", found)
            made = make()
        finally:
            self._places.release()
        self._keep(name, made, size(made) + ENTRY)
        return made

    def close(self) -> None:
        """Keep nothing any more of what was made."""
        with self._lock:
            self._looks.clear()
            self._taken = 0

    def _find(self, name: Hashable) -> Any:
        with self._lock:
            if name not in self._looks:
                return None
            self._looks.move_to_end(name)
            return self._looks[name][0]

    def _keep(self, name: Hashable, made: Any, size: int) -> None:
        with self._lock:
            if size > self._room or name in self._looks:
                return
            self._looks[name] = made, size
            self._taken += size
            while self._taken > self._room:
                _, (_, freed) = self._looks.popitem(last=False)
                self._taken -= freed
