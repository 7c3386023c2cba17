"""``Idempotency-Key``: a request whose answer was lost is sent again, and not carried out twice.

A route of `Once` looks at the header; where there is none, nothing changes. What does not belong
here: where answers are kept (`emfair.registry.idempotency`). Routes that answer with a secret are
none of these: answers are kept as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from anyio.to_thread import run_sync
from fastapi import Request, Response
from fastapi.routing import APIRoute

from emfair.api.guard import access_of
from emfair.model.canonical import digest_of, sha256_bytes
from emfair.registry import Answer

HEADER = "Idempotency-Key"
_TELLING = ("etag", "location")
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Once(APIRoute):
    """A route that carries a request out once, however often it is sent with the same key."""

    def get_route_handler(self) -> _Handler:
        """Return the handler, with the look at the key before it."""
        carry_out = super().get_route_handler()

        async def handler(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST":
                return await carry_out(request)
            body = await request.body()
            who = (await run_sync(access_of, request)).known
            what = [request.method, request.url.path, sha256_bytes(body)]
            digest = digest_of([*what, who.token])  # one token's answer is none of another's
            subject = who.subject
            kept = request.app.state.services.registry.idempotency
            known = await run_sync(kept.claim, subject, key, digest)
            if known is not None:
                return _again(known)
            try:
                answer = await carry_out(request)
            except BaseException:
                await run_sync(kept.forget, subject, key)
                raise
            await run_sync(kept.answered, subject, key, _kept(answer))
            return answer

        return handler


def _kept(answer: Response) -> Answer:
    """Return an answer as it is kept: its body, and the headers that tell a version or a place."""
    headers = {name: answer.headers[name] for name in _TELLING if name in answer.headers}
    kept = {"headers": headers, "body": bytes(answer.body).decode()}
    return Answer(answer.status_code, json.dumps(kept))


def _again(answer: Answer) -> Response:
    """Return the answer that was kept."""
    kept = json.loads(answer.body)
    return Response(kept["body"], answer.status, kept["headers"], "application/json")
