"""Those who listen to live events in one process: many listeners, one look at the stores.

Nobody holds a thread: one task looks, in the thread pool, and hands what is new to all whom it
concerns. It begins with the first listener and ends with the last. What does not belong here: what
is new (`emfair.service.events`), and who may hear it (`events`).
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from anyio.to_thread import run_sync

from emfair.errors import Busy, EmfairError
from emfair.service.events import Lookout, News
from emfair.service.services import Services

EVERY = 1.0
"""Seconds between two looks."""
SILENCE = 15.0
"""Seconds after which a listener is told that the line is alive, and asked whether they still may:
proxies cut lines that are silent for a minute."""
LISTENERS = 1000
"""In one process: each holds a connection."""
EACH, STRANGERS = 100, 200
"""Of these, how many one person may be, and all without a login together: others find a place."""
RESUMED = 1000
"""Experiments that someone who comes back catches up with; who missed more loads the list anew."""
BACKLOG = 1000
"""News that wait for a listener who reads slowly."""

_log = logging.getLogger(__name__)


class Listener:
    """One who listens: to one experiment, or (None) to all; used in the event loop alone.

    `subject` is None for strangers.
    """

    def __init__(self, experiment: str | None, subject: str | None) -> None:
        self.experiment = experiment
        self.subject = subject
        self._news: asyncio.Queue[News] = asyncio.Queue(BACKLOG)
        self.lost = False

    def offer(self, news: News) -> None:
        """Hand on what concerns them; who is too slow has `lost` something from then on."""
        if self.experiment not in (None, news.row.id):
            return
        try:
            self._news.put_nowait(news)
        except asyncio.QueueFull:
            self.lost = True

    async def next(self, seconds: float) -> News | None:
        """Return what is new; None if there is nothing for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._news.get()
        return None


class Listeners:
    """All who listen in this process.

    Parameters
    ----------
    every, silence
        Seconds: see `EVERY` and `SILENCE`.
    most
        How many may listen at a time.
    resumed
        See `RESUMED`.
    """

    def __init__(
        self,
        services: Services,
        *,
        every: float = EVERY,
        silence: float = SILENCE,
        most: int = LISTENERS,
        resumed: int = RESUMED,
    ) -> None:
        self.silence = silence
        self.resumed = resumed
        self._services = services
        self._every = every
        self._most = most
        self._all: set[Listener] = set()
        self._looking: asyncio.Task[None] | None = None

    @property
    def count(self) -> int:
        """How many listen now."""
        return len(self._all)

    def join(self, experiment: str | None, subject: str | None) -> Listener:
        """Let someone listen, until `leave`. Raises `Busy` if too many do."""
        alike = sum(one.subject == subject for one in self._all)
        if subject is None and alike >= STRANGERS:
            raise _too_many(f"{STRANGERS} listen without a login already.", "Log in, or ask")
        if subject is not None and alike >= EACH:
            raise _too_many(f"you listen {EACH} times already.", "End some of them, or ask")
        if len(self._all) >= self._most:
            raise _too_many(f"{self._most:,} listen to this server already.", "Ask")
        listener = Listener(experiment, subject)
        self._all.add(listener)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look())
        return listener

    def leave(self, listener: Listener) -> None:
        """Let someone go; again is no error."""
        self._all.discard(listener)
        if not self._all and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look(self) -> None:
        lookout = Lookout(self._services)
        while True:
            watched = {one.experiment for one in self._all if one.experiment is not None}
            everything = any(one.experiment is None for one in self._all)
            try:
                found = await run_sync(lambda: lookout.look(watched, everything=everything))  # noqa: B023  awaited at once
            except EmfairError as error:  # a sick store: whoever listens waits
                _log.warning("live events wait: %s", error)
                found = []
            for listener in self._all:
                for news in found:
                    listener.offer(news)
            await asyncio.sleep(self._every)


def _too_many(what: str, way_out: str) -> Busy:
    how = "for the experiment or the list from time to time instead."
    return Busy(what, remedy=f"{way_out} {how}")
