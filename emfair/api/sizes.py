"""How large a request may be: a bound on every body but those that are streamed to the lake.

JSON is held in memory until its answer has left, some ten times its size: strangers may send little
of it, and those who are known only so much at a time. What does not belong here: how many requests
(`emfair.api.limits`).
"""

from __future__ import annotations

import re
from collections import Counter

import anyio
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emfair.api.browser import HARMLESS
from emfair.api.guard import access_of
from emfair.api.problems import problem_answer
from emfair.errors import BadCall, Busy, EmfairError, Stalled, TooMuch, Unauthenticated

BODY_LIMIT = 32 << 20
"""Bytes: a deposit of 100,000 files is described in some 25 MB of JSON."""
SMALL = 64 << 10
"""Bytes that anyone may send; whoever sends more is asked first who they are."""
LARGE_AT_ONCE, LARGE_EACH = 4, 2
"""Bodies larger than `SMALL` that one process reads and answers at a time, and of these one
person's."""
SILENCE, WHOLE = 60.0, 600.0
"""Seconds after which a sender of a large body that sends nothing, or takes nothing of its answer,
is taken for gone, and in which all of it must have come: whoever drips holds a place of others."""
STREAMED = re.compile(r"/api/v1/(uploads/[^/]+/parts/[^/]+|experiments/[^/]+/(contents|damaged))")
"""Where bodies are PUT that are never held in memory; the sizes of what they hold bound them."""


class _Unread(Exception):
    """The sender of a request takes no answer."""


class BoundedBodies:
    """ASGI middleware that answers 413 to what is too large, announced so or not.

    What is large is not read before its sender is known (401) and there is a place for it (429).
    """

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT, at_once: int = LARGE_AT_ONCE) -> None:
        self._app = app
        self._limit = limit
        self._at_once = at_once
        self._large = Counter[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its body counted."""
        if scope["type"] != "http" or _is_streamed(scope):
            await self._app(scope, receive, send)
        elif (size := _announced(scope)) is not None and size <= SMALL:
            await self._app(scope, receive, send)  # the server takes no more than was announced
        elif scope["method"] in HARMLESS:
            error = BadCall("carries a body, which no GET needs.", remedy="Leave it out.")
            await problem_answer(error)(scope, receive, send)
        elif size is not None and size > self._limit:
            await problem_answer(self._too_much())(scope, receive, send)
        else:
            await self._large_one(scope, receive, send)

    async def _large_one(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            sender = await run_sync(_known, Request(scope))
            self._take_place(sender)
        except EmfairError as error:
            await problem_answer(error)(scope, receive, send)
            return
        try:
            await self._counted(scope, receive, _impatient(send))
        except _Unread:
            pass  # raised on, the server would keep it, and all that it leads to, until they read
        finally:
            self._large[sender] -= 1
            self._large += Counter()  # forgets those who have none

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; what is wrong with its body is the answer, whatever others say."""
        seen, whole = 0, False
        end = anyio.current_time() + WHOLE
        wrong: EmfairError | None = None

        async def counted() -> Message:
            nonlocal seen, whole, wrong
            if whole:
                return await receive()
            with anyio.move_on_after(min(SILENCE, end - anyio.current_time())):
                message = await receive()
                seen += len(message.get("body", b""))
                whole = not message.get("more_body", False)
                if seen <= self._limit:
                    return message
                wrong = self._too_much()
                raise ClientDisconnect
            wrong = Stalled(
                "the sender fell silent, or was too slow.", remedy="Send the request again."
            )
            raise ClientDisconnect

        async def told(message: Message) -> None:
            if wrong is None:
                await send(message)

        try:
            await self._app(scope, counted, told)
        except ClientDisconnect:
            if wrong is None:
                raise
        if wrong is not None:
            await problem_answer(wrong)(scope, receive, send)

    def _take_place(self, sender: str) -> None:
        if self._large.total() >= self._at_once or self._large[sender] >= LARGE_EACH:
            raise Busy(
                "too many large requests are being read already.",
                remedy="Send it again in a moment, or in smaller portions.",
            )
        self._large[sender] += 1

    def _too_much(self) -> TooMuch:
        return TooMuch(
            f"the request is larger than {self._limit >> 20} MiB.",
            remedy="Send less at once; files go through an upload's parts.",
        )


def _impatient(send: Send) -> Send:
    """Return `send` with an end: it waits while answers before fill the line, and nobody reads."""

    async def told(message: Message) -> None:
        with anyio.move_on_after(SILENCE):
            await send(message)
            return
        raise _Unread

    return told


def _is_streamed(scope: Scope) -> bool:
    return scope["method"] == "PUT" and STREAMED.fullmatch(scope["path"]) is not None


def _announced(scope: Scope) -> int | None:
    """Return the bytes of a body as its head tells them; None if it does not."""
    head = dict(scope["headers"])
    if b"transfer-encoding" in head:
        return None
    length = head.get(b"content-length", b"0")
    return int(length) if length.isdigit() else None


def _known(request: Request) -> str:
    """Return who sends. Raises `Unauthenticated`."""
    if (access := access_of(request)).principal is None:
        raise Unauthenticated(
            f"only who is logged in may send more than {SMALL >> 10} KiB, or without saying how "
            "much.",
            remedy="Log in, or send a token; announce the Content-Length.",
        )
    return access.subject
