"""``Idempotency-Key``: a request whose answer was lost is sent again, and not carried out twice.

A route of `Once` looks at the header; where there is none, nothing changes. What does not belong
here: where answers are kept (`emfair.registry.idempotency`). Routes that answer with a secret are
none of these: answers are kept as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from anyio.to_thread import run_sync
from fastapi import Request, Response
from fastapi.routing import APIRoute

from emfair.api.guard import access_of
from emfair.model.canonical import digest_of, sha256_bytes
from emfair.registry import Answer

HEADER = "Idempotency-Key"
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
            digest = digest_of([request.method, request.url.path, sha256_bytes(body)])
            subject = (await run_sync(access_of, request)).subject
            kept = request.app.state.services.registry.idempotency
            known = await run_sync(kept.claim, subject, key, digest)
            if known is not None:
                return Response(known.body, known.status, media_type="application/json")
            try:
                answer = await carry_out(request)
            except BaseException:
                await run_sync(kept.forget, subject, key)
                raise
            text = bytes(answer.body).decode()
            await run_sync(kept.answered, subject, key, Answer(answer.status_code, text))
            return answer

        return handler
