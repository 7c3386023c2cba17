"""A request's body as blocks for a thread: as it arrives, in bounded memory.

Senders may be slow, so their threads are none of those that answer all other requests.

What does not belong here: what becomes of the blocks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from queue import Empty, Queue
from typing import TypeVar

import anyio
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.requests import ClientDisconnect

from emfair.errors import Stalled

R = TypeVar("R")
BLOCK = 1 << 20
"""Bytes handed over at once: the server's own pieces are small, and each hand-over costs time."""
WAITING = 4
"""Hand-overs between the network and the thread."""
AT_ONCE = 100
"""Bodies that are taken at a time, each by a thread; more wait, and nothing of them is read."""
EACH = 40
"""Of these, how many one sender may have: others find a place."""
SILENCE = 60.0
"""Seconds after which a sender that sends nothing is taken for gone: it would hold its place."""
FLOOR = 4096.0
"""Bytes a second that come on average, after as long as `SILENCE`: whoever drips holds a place of
others, and a part. A client's four connections over 0.5 Mbit/s bring 15,000 each."""
_places: RunVar[_Places] = RunVar("emfair.api.bodies")
_TURN = 0.001
"""Seconds between two looks whether the thread has taken a block."""


async def consume(
    request: Request,
    work: Callable[[Iterator[bytes]], R],
    who: str,
    *,
    silence: float = SILENCE,
    floor: float = FLOOR,
) -> R:
    """Run `work` in a thread, with the body's blocks as they arrive; return what it returns.

    Parameters
    ----------
    who
        Whose place it takes.

    Raises
    ------
    Stalled
        The sender went away before the end, sent nothing for `silence` seconds, or has sent fewer
        than `floor` bytes for each second after the first `silence`.
    """
    outcome: Future[R] = Future()  # a task group would wrap what `work` raises
    async with _places_of().share(who), anyio.create_task_group() as group:
        body = _Body(request, silence, floor)
        group.start_soon(body.feed)
        try:
            thread = anyio.CapacityLimiter(1)
            outcome.set_result(await run_sync(lambda: work(body.blocks()), limiter=thread))
        except Exception as error:  # noqa: BLE001  raised again below
            outcome.set_exception(error)
        finally:
            body.end()
            group.cancel_scope.cancel()
    return outcome.result()


class _Places:
    """The places of one event loop."""

    def __init__(self) -> None:
        self._all = anyio.CapacityLimiter(AT_ONCE)
        self._shares: dict[str, anyio.CapacityLimiter] = {}

    @asynccontextmanager
    async def share(self, who: str) -> AsyncIterator[None]:
        """Take a place until the block ends; wait until there is one, of `who` and of all."""
        share = self._shares.setdefault(who, anyio.CapacityLimiter(EACH))
        try:
            async with share, self._all:
                yield
        finally:
            told = share.statistics()
            if not (told.borrowed_tokens or told.tasks_waiting):
                self._shares.pop(who, None)


def _places_of() -> _Places:
    """Return the places of this event loop."""
    try:
        return _places.get()
    except LookupError:
        _places.set(places := _Places())
        return places


class _Gone:
    """Stands in the queue where the sender went away."""


class _Body:
    """A queue between the event loop, which reads the network, and a thread."""

    def __init__(self, request: Request, silence: float, floor: float) -> None:
        self._request = request
        self._silence = silence
        self._floor = floor
        self._queue: Queue[list[bytes] | _Gone | None] = Queue()  # `_put` bounds it
        self._gathered: list[bytes] = []
        self._over = False
        self._due = anyio.current_time() + silence  # when more must have come than has
        self._patience = anyio.CancelScope(deadline=self._due)

    def blocks(self) -> Iterator[bytes]:
        """Yield the blocks, in the thread."""
        while (pieces := self._queue.get()) is not None:
            if isinstance(pieces, _Gone):
                raise Stalled(
                    "the sender went away before the end, fell silent, or was too slow.",
                    subject=self._request.url.path,
                    remedy="Send it again.",
                )
            yield b"".join(pieces)

    async def feed(self) -> None:
        """Read the network, in the event loop; of a cut body the thread gets what has come."""
        whole = False
        try:
            with suppress(ClientDisconnect), self._patience:
                await self._read()
                whole = True
        finally:
            if not whole:  # also if this task is cancelled: nobody else would wake the thread
                self._queue.put_nowait(self._gathered)
                self._queue.put_nowait(_Gone())

    async def _read(self) -> None:
        receive, more = self._request.receive, True
        size = 0
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece, more = message.get("body", b""), message.get("more_body", False)
            self._hear(len(piece) / self._floor)
            self._gathered.append(piece)
            size += len(piece)
            if size >= BLOCK:
                await self._put_gathered()
                size = 0
        await self._put_gathered()
        await self._put(None)

    def _hear(self, earned: float) -> None:
        """Note a sign of life, of the sender or of the disk, and the seconds that it earns.

        The deadline is moved now and then, for that costs time.
        """
        now = anyio.current_time()
        self._due += earned
        if self._patience.deadline - now < self._silence * 0.9:
            self._patience.deadline = min(now + self._silence, self._due)

    def end(self) -> None:
        """Take no more: the work has ended."""
        self._over = True
        self._drain()

    def _drain(self) -> None:
        with suppress(Empty):
            while True:
                self._queue.get_nowait()

    async def _put_gathered(self) -> None:
        await self._put(self._gathered)
        self._gathered = []

    async def _put(self, pieces: list[bytes] | None) -> None:
        """Wait for room without holding a thread; none will come if the work has ended."""
        since = anyio.current_time()
        while not self._over:
            if self._queue.qsize() < WAITING:
                self._queue.put_nowait(pieces)
                return
            await anyio.sleep(_TURN)
            now = anyio.current_time()
            self._hear(now - since)
            since = now
