"""How long to wait after something has failed: longer each time, never for ever, never alike.

What does not belong here: waiting itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

SOON, SELDOM = (5.0, 300.0), (120.0, 3600.0)
"""First and longest delay in seconds: of what may mend itself, and of what a person must mend."""


@dataclass
class Patience:
    """Counts failures in a row; `chance` keeps many watchers from coming back at once."""

    chance: Callable[[], float] = random.random
    until: float = 0.0
    _failures: int = field(default=0, init=False)

    def failed(self, ticks: float, delays: tuple[float, float]) -> float:
        """Note a failure; return the seconds until the next try."""
        first, longest = delays
        grown = min(longest, first * 2.0 ** min(self._failures, 20))
        seconds = grown * (0.75 + self.chance() / 2)
        self._failures += 1
        self.until = ticks + seconds
        return seconds

    def worked(self) -> None:
        """Note that it works."""
        self._failures, self.until = 0, 0.0

    def waits(self, ticks: float) -> bool:
        """Whether it is too early for another try."""
        return ticks < self.until
