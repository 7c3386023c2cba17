"""A gate in front of a real server: writes down who comes, and turns away whom a test names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PART = r"/api/v1/uploads/[^/]+/parts/\d+"


@dataclass(frozen=True)
class Came:
    """A request that came: what it asked, with which headers, and the status that it got."""

    method: str
    path: str
    headers: MutableMapping[str, str]
    status: int


@dataclass
class Rule:
    """What happens to the next `times` requests that fit.

    Attributes
    ----------
    status, headers
        Answered in place of the server's; 0 lets the request through.
    before
        Called first.
    cut
        The server does its work, and its answer never arrives whole.
    damaged
        A bit of the body is another when it arrives.
    """

    method: str
    pattern: str
    times: int = 1
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    document: Any = None
    before: Callable[[], None] = lambda: None
    cut: bool = False
    damaged: bool = False


class Gate:
    """ASGI in front of `app`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.came: list[Came] = []
        self.rules: list[Rule] = []

    def asked(self, method: str, pattern: str) -> list[str]:
        """Return the paths of the requests that came and fit."""
        return [
            one.path
            for one in self.came
            if one.method == method and re.fullmatch(pattern, one.path)
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        rule = self._rule(scope["method"], scope["path"])
        if rule is not None:
            rule.before()
        if rule is not None and rule.status:
            await _answer(rule, self._noting(scope, send))
            return
        cut = rule is not None and rule.cut
        if rule is not None and rule.damaged:
            receive = _damaged(receive)
        await self.app(scope, receive, self._noting(scope, _cut(send) if cut else send))

    def _rule(self, method: str, path: str) -> Rule | None:
        for rule in self.rules:
            if rule.times and rule.method == method and re.fullmatch(rule.pattern, path):
                rule.times -= 1
                return rule
        return None

    def _noting(self, scope: Scope, send: Send) -> Send:
        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {name.decode(): value.decode() for name, value in scope["headers"]}
                came = Came(scope["method"], scope["path"], headers, message["status"])
                self.came.append(came)
            await send(message)

        return noted


async def _answer(rule: Rule, send: Send) -> None:
    body = json.dumps(rule.document).encode() if rule.document is not None else b""
    named = {"content-length": str(len(body)), **rule.headers}
    headers = [(name.encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": rule.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _cut(send: Send) -> Send:
    """Return a `send` that promises one byte more than it sends."""

    async def shorter(message: Message) -> None:
        if message["type"] == "http.response.body":
            raise ConnectionResetError
        await send(message)

    return shorter


def _damaged(receive: Receive) -> Receive:
    """Return a `receive` that turns the first bit of the first piece over."""
    done = False

    async def received() -> Message:
        nonlocal done
        message = await receive()
        body = message.get("body", b"")
        if done or not body:
            return message
        done = True
        return {**message, "body": bytes([body[0] ^ 1]) + body[1:]}

    return received
