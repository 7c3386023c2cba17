"""A request to an ASGI app without a network, ended as soon as its answer has begun.

Streams that never end (live events) are thus asked like everything else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import anyio
from fastapi import FastAPI


@dataclass
class Answer:
    """What was answered first: the status, the headers, and the body as far as it came at once."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def ask(app: FastAPI, method: str, path: str, *, body: bytes = b"", **headers: str) -> Answer:
    """Send one request; header names are written with ``_``."""
    return anyio.run(_ask, app, method, path, body, headers)


async def _ask(
    app: FastAPI, method: str, path: str, body: bytes, headers: dict[str, str]
) -> Answer:
    answer = Answer()
    sent = False
    target, _, query = path.partition("?")
    named = {"content-type": "application/json", "content-length": str(len(body))}
    named |= {name.replace("_", "-").lower(): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(target),
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "app": app,
    }
    with anyio.CancelScope() as scoped:

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                await anyio.sleep_forever()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {
                    name.decode().lower(): value.decode() for name, value in message["headers"]
                }
                if answer.headers.get("content-type", "").startswith("text/event-stream"):
                    scoped.cancel()
                return
            answer.body += message.get("body", b"")
            if not message.get("more_body") or len(answer.body) > 1 << 20:
                scoped.cancel()

        await app(scope, receive, send)
    return answer
