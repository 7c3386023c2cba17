"""``/experiments/…``: what a person takes away: report, README, pictures, files, containers.

What does not belong here: what is told of an experiment as JSON (`experiments`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from starlette.responses import Response

from emfair.api import guard
from emfair.api.problems import Responses, responses
from emfair.api.streams import is_known, stream
from emfair.identity.table import Action
from emfair.model.canonical import sha256_bytes
from emfair.registry import ExperimentRow
from emfair.service import downloads
from emfair.service.access import Granted

REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)
"""A report is text and style: it runs nothing and fetches nothing."""

_PICTURE: Responses = {200: {"content": {"image/png": {}}}, **responses(401, 403, 404, 410, 422)}
STREAM: Responses = {
    200: {"content": {"application/octet-stream": {}}},
    206: {"content": {"application/octet-stream": {}}, "description": "The range asked for."},
    416: {"description": "The range lies beyond the end."},
    **responses(401, 403, 404, 410, 422),
}


router = APIRouter(prefix="/experiments", tags=["experiments"])
Reading = Annotated[Granted[ExperimentRow], guard.experiment(Action.READ_EXPERIMENT)]


@router.get("/{experiment}/report", response_class=HTMLResponse, responses=responses(401, 403, 404))
def show_report(reading: Reading) -> HTMLResponse:
    """Show the validation report as a page."""
    headers = {
        "Content-Security-Policy": REPORT_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    page = downloads.report(reading.access.services, reading.row)
    return HTMLResponse(page, headers=headers)


@router.get(
    "/{experiment}/readme", response_class=PlainTextResponse, responses=responses(401, 403, 404)
)
def show_readme(reading: Reading) -> PlainTextResponse:
    """Show the README, Markdown, as text."""
    headers = {"X-Content-Type-Options": "nosniff"}
    text = downloads.readme(reading.access.services, reading.row)
    return PlainTextResponse(text, headers=headers)


@router.get("/{experiment}/preview.png", responses=_PICTURE, response_class=Response)
def show_first_preview(request: Request, reading: Reading) -> Response:
    """Show the picture that stands for the experiment: its largest image with contrast."""
    return picture(request, downloads.preview(reading.access.services, reading.row))


@router.get("/{experiment}/previews/{measurement}.png", responses=_PICTURE, response_class=Response)
def show_preview(request: Request, reading: Reading, measurement: str) -> Response:
    """Show the picture of a measurement."""
    found = downloads.preview(reading.access.services, reading.row, measurement)
    return picture(request, found)


@router.head("/{experiment}/files/{path:path}", include_in_schema=False)
@router.get("/{experiment}/files/{path:path}", responses=STREAM, response_class=Response)
def download_file(
    request: Request,
    granted: Annotated[Granted[ExperimentRow], guard.experiment(Action.DOWNLOAD_RAW)],
    path: str,
) -> Response:
    """Download a deposited file; ranges of bytes are answered."""
    return stream(request, downloads.raw_file(granted.access.services, granted.row, path))


@router.head("/{experiment}/containers/{measurement}", include_in_schema=False)
@router.get("/{experiment}/containers/{measurement}", responses=STREAM, response_class=Response)
def download_container(
    request: Request,
    granted: Annotated[Granted[ExperimentRow], guard.experiment(Action.DOWNLOAD_CONTAINERS)],
    measurement: str,
) -> Response:
    """Download a measurement's NXem container; ranges of bytes are answered."""
    chosen = downloads.container(granted.access.services, granted.row, measurement)
    return stream(request, chosen)


def picture(request: Request, content: bytes) -> Response:
    """Return a picture, PNG; nothing to whoever has it already."""
    etag = f'"{sha256_bytes(content)}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if is_known(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="image/png")
