"""``/experiments/…``: what a person takes away: report, README, pictures, files, containers.

What does not belong here: what is told of an experiment as JSON (`experiments`).
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from starlette.responses import Response

from emfair.api.experiments import Identifier
from emfair.api.problems import Responses, responses
from emfair.api.streams import stream
from emfair.model.canonical import sha256_bytes
from emfair.service import downloads
from emfair.service.services import Services

REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)
"""A report is text and style: it runs nothing and fetches nothing."""

_PICTURE: Responses = {200: {"content": {"image/png": {}}}, **responses(404, 422)}
_STREAM: Responses = {
    200: {"content": {"application/octet-stream": {}}},
    206: {"content": {"application/octet-stream": {}}, "description": "The range asked for."},
    416: {"description": "The range lies beyond the end."},
    **responses(404, 422),
}


def routes(services: Services) -> APIRouter:
    """Return the routes. They are plain functions: Starlette runs them in its thread pool."""
    router = APIRouter(prefix="/experiments", tags=["experiments"])

    @router.get("/{experiment}/report", response_class=HTMLResponse, responses=responses(404, 422))
    def show_report(experiment: Identifier) -> HTMLResponse:
        """Show the validation report as a page."""
        headers = {
            "Content-Security-Policy": REPORT_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        return HTMLResponse(downloads.report(services, experiment), headers=headers)

    @router.get(
        "/{experiment}/readme", response_class=PlainTextResponse, responses=responses(404, 422)
    )
    def show_readme(experiment: Identifier) -> PlainTextResponse:
        """Show the README, Markdown, as text."""
        headers = {"X-Content-Type-Options": "nosniff"}
        return PlainTextResponse(downloads.readme(services, experiment), headers=headers)

    @router.get("/{experiment}/preview.png", responses=_PICTURE, response_class=Response)
    def show_first_preview(request: Request, experiment: Identifier) -> Response:
        """Show the picture of the first measurement."""
        return _picture(request, downloads.preview(services, experiment))

    @router.get(
        "/{experiment}/previews/{measurement}.png", responses=_PICTURE, response_class=Response
    )
    def show_preview(request: Request, experiment: Identifier, measurement: str) -> Response:
        """Show the picture of a measurement."""
        return _picture(request, downloads.preview(services, experiment, measurement))

    @router.head("/{experiment}/files/{path:path}", include_in_schema=False)
    @router.get("/{experiment}/files/{path:path}", responses=_STREAM, response_class=Response)
    def download_file(request: Request, experiment: Identifier, path: str) -> Response:
        """Download a deposited file; ranges of bytes are answered."""
        return stream(request, downloads.raw_file(services, experiment, path))

    @router.head("/{experiment}/containers/{measurement}", include_in_schema=False)
    @router.get(
        "/{experiment}/containers/{measurement}", responses=_STREAM, response_class=Response
    )
    def download_container(request: Request, experiment: Identifier, measurement: str) -> Response:
        """Download a measurement's NXem container; ranges of bytes are answered."""
        return stream(request, downloads.container(services, experiment, measurement))

    return router


def _picture(request: Request, content: bytes) -> Response:
    etag = f'"{sha256_bytes(content)}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="image/png")
