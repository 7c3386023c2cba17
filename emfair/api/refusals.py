"""What refuses a request before a route sees it, told as a problem document like all errors.

A wrong name of the server, or a path that Streamlit or Starlette take for dangerous or for
nobody's, is answered in plain text by those who find it; under ``/api/`` clients expect RFC 9457.
What does not belong here: errors that routes raise (`problems`).
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BELOW = "/api/"
_PLAIN = "text/plain"
_WORDS = {
    400: "the server's name, or the path, is none that is answered.",
    404: "there is nothing at this path.",
}


class Refusals:
    """Around all that may refuse a request: its plain words become a problem document."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http" or not scope["path"].startswith(_BELOW):
            await self._app(scope, receive, send)
            return
        refused = False

        async def answered(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _is_refusal(message):
                refused = True
                await _tell(message["status"], scope, receive, send)
            elif not refused:
                await send(message)

        await self._app(scope, receive, answered)


def _is_refusal(start: Message) -> bool:
    kind, status = Headers(raw=start["headers"]).get("content-type"), start["status"]
    if kind is None:  # Streamlit's, of dangerous paths
        return bool(status == HTTPStatus.BAD_REQUEST)
    return status >= HTTPStatus.BAD_REQUEST and kind.startswith(_PLAIN)


async def _tell(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    from emfair.api.problems import Problem, problem_response  # the app starts without FastAPI

    title = HTTPStatus(status).phrase
    problem = Problem(
        type="about:blank",
        title=title,
        status=status,
        detail=_WORDS.get(status, f"{title.lower()}."),
        remedy="See /api/v1/openapi.json for what can be asked, and EMFAIR_APP_URL for where.",
    )
    await problem_response(problem)(scope, receive, send)
