"""How large a request may be: a bound on every body but those that are streamed to the lake.

What does not belong here: how many requests (`emfair.api.limits`).
"""

from __future__ import annotations

import re
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emfair.api.problems import problem_of, problem_response
from emfair.errors import TooMuch

BODY_LIMIT = 32 << 20
"""Bytes: a deposit of 100,000 files is described in some 25 MB of JSON."""
STREAMED = re.compile(r"/api/v1/uploads/[^/]+/parts/[^/]+")
"""Paths of bodies that are never held in memory; the part's own size bounds them."""


class _TooLargeError(Exception):
    """The body has passed the limit."""


class BoundedBodies:
    """ASGI middleware that answers 413 to what is too large, announced so or not."""

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its body counted."""
        if scope["type"] != "http" or STREAMED.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._limit:
            await self._refuse(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise _TooLargeError
            return message

        async def told(message: Message) -> None:
            if seen <= self._limit:
                await send(message)

        with suppress(_TooLargeError):  # where nobody has made another error of it on its way
            await self._app(scope, counted, told)
        if seen > self._limit:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = TooMuch(
            f"the request is larger than {self._limit >> 20} MiB.",
            remedy="Send less at once; files go through an upload's parts.",
        )
        await problem_response(problem_of(error))(scope, receive, send)
