"""A request's body as blocks for a thread: as it arrives, in bounded memory.

Senders may be slow, so their threads are none of those that answer all other requests.

What does not belong here: what becomes of the blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import TypeVar

import anyio
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.requests import ClientDisconnect

from emfair.errors import BadCall

R = TypeVar("R")
BLOCK = 1 << 20
"""Bytes handed over at once: the server's own pieces are small, and each hand-over costs time."""
WAITING = 4
"""Hand-overs between the network and the thread."""
AT_ONCE = 100
"""Bodies that are taken at a time, each by a thread; more wait, and nothing of them is read."""
SILENCE = 60.0
"""Seconds after which a sender that sends nothing is taken for gone: it would hold its place."""
_places: RunVar[anyio.CapacityLimiter] = RunVar("emfair.api.bodies")
_TURN = 0.001
"""Seconds between two looks whether the thread has taken a block."""


async def consume(
    request: Request, work: Callable[[Iterator[bytes]], R], *, silence: float = SILENCE
) -> R:
    """Run `work` in a thread, with the body's blocks as they arrive; return what it returns.

    Raises
    ------
    BadCall
        The sender went away before the end, or sent nothing for `silence` seconds.
    """
    outcome: Future[R] = Future()  # a task group would wrap what `work` raises
    async with _limiter(), anyio.create_task_group() as group:
        body = _Body(request, silence)
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


def _limiter() -> anyio.CapacityLimiter:
    """Return the places of this event loop."""
    try:
        return _places.get()
    except LookupError:
        _places.set(limiter := anyio.CapacityLimiter(AT_ONCE))
        return limiter


class _Gone:
    """Stands in the queue where the sender went away."""


class _Body:
    """A queue between the event loop, which reads the network, and a thread."""

    def __init__(self, request: Request, silence: float) -> None:
        self._request = request
        self._silence = silence
        self._queue: Queue[list[bytes] | _Gone | None] = Queue(WAITING)
        self._over = False
        self._patience = anyio.CancelScope(deadline=anyio.current_time() + silence)

    def blocks(self) -> Iterator[bytes]:
        """Yield the blocks, in the thread."""
        while (pieces := self._queue.get()) is not None:
            if isinstance(pieces, _Gone):
                raise BadCall(
                    "the sender went away before the end, or fell silent.",
                    subject=self._request.url.path,
                    remedy="Send this part again.",
                )
            yield b"".join(pieces)

    async def feed(self) -> None:
        """Read the network, in the event loop."""
        whole = False
        try:
            with suppress(ClientDisconnect), self._patience:
                await self._read()
                whole = True
        finally:
            if not whole:  # also if this task is cancelled: nobody else would wake the thread
                self._drain()
                self._queue.put_nowait(_Gone())

    async def _read(self) -> None:
        receive, more = self._request.receive, True
        gathered: list[bytes] = []
        size = 0
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            self._hear()
            piece, more = message.get("body", b""), message.get("more_body", False)
            gathered.append(piece)
            size += len(piece)
            if size >= BLOCK:
                await self._put(gathered)
                gathered, size = [], 0
        await self._put(gathered)
        await self._put(None)

    def _hear(self) -> None:
        """Note a sign of life, of the sender or of the disk; now and then, for it costs time."""
        now = anyio.current_time()
        if self._patience.deadline - now < self._silence * 0.9:
            self._patience.deadline = now + self._silence

    def end(self) -> None:
        """Take no more: the work has ended."""
        self._over = True
        self._drain()

    def _drain(self) -> None:
        with suppress(Empty):
            while True:
                self._queue.get_nowait()

    async def _put(self, pieces: list[bytes] | _Gone | None) -> None:
        """Wait for room without holding a thread; none will come if the work has ended."""
        while not self._over:
            with suppress(Full):
                self._queue.put_nowait(pieces)
                return
            self._hear()
            await anyio.sleep(_TURN)
