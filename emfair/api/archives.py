"""All of a level at once: ``archive.zip``, ``sha256sums.txt`` and ``downloads.aria2``.

The same three for an experiment, a sample, a proposal and a project. Above experiments they hold
those that whoever asks may download, and a token needs the scope ``read`` to name the level. What
does not belong here: single files (`downloads`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import chain, islice
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import PlainTextResponse
from starlette.responses import Response, StreamingResponse

from emfair.api import guard
from emfair.api.problems import Responses, responses
from emfair.api.streams import INERT, content_disposition
from emfair.errors import EmfairError
from emfair.identity.table import Action
from emfair.model.nouns import ProjectCard, ProposalCard
from emfair.registry import CardRow, ExperimentRow
from emfair.service import archives, download_lists
from emfair.service.access import Access, Granted
from emfair.service.holdings import Branch, Part, branch_of
from emfair.service.nouns.samples import SampleRow

router = APIRouter(tags=["downloads"])
PROJECT = "/projects/{project}"
PROPOSAL = f"{PROJECT}/proposals/{{proposal}}"
SAMPLE = f"{PROPOSAL}/samples/{{sample}}"
EXPERIMENT = "/experiments/{experiment}"
OfProject = Annotated[Granted[CardRow[ProjectCard]], guard.project(Action.READ_PROJECT)]
OfProposal = Annotated[Granted[CardRow[ProposalCard]], guard.proposal(Action.READ_PROPOSAL)]
OfSample = Annotated[Granted[SampleRow], guard.sample(Action.READ_SAMPLE)]
OfExperiment = Annotated[Granted[ExperimentRow], guard.experiment(Action.DOWNLOAD_CONTAINERS)]
Wanted = Annotated[
    Part,
    Query(
        description="`raw`: the deposited files and what was said of them; `nexus`: the containers;"
        " `reports`: verdicts, pictures and provenance. Each with the README."
    ),
]
T = TypeVar("T", str, bytes)
AT_ONCE = 200
"""Lines that are handed on together."""

_ZIP: Responses = {
    200: {"content": {"application/zip": {}}},
    **responses(401, 403, 404, 410, 422, 503),
}
_TEXT: Responses = {200: {"content": {"text/plain": {}}}, **responses(401, 403, 404, 410, 422, 503)}
_log = logging.getLogger(__name__)


@router.get(f"{EXPERIMENT}/archive.zip", responses=_ZIP, response_class=Response)
def zip_experiment(request: Request, of: OfExperiment, part: Wanted = Part.ALL) -> Response:
    """Download an experiment as one ZIP; it breaks off where something is missing."""
    return _archive(request, of.access, branch_of(of.row), part)


@router.get(f"{SAMPLE}/archive.zip", responses=_ZIP, response_class=Response)
def zip_sample(request: Request, of: OfSample, part: Wanted = Part.ALL) -> Response:
    """Download what may be taken of a sample as one ZIP."""
    return _archive(request, of.access, _branch(request), part)


@router.get(f"{PROPOSAL}/archive.zip", responses=_ZIP, response_class=Response)
def zip_proposal(request: Request, of: OfProposal, part: Wanted = Part.ALL) -> Response:
    """Download what may be taken of a proposal as one ZIP."""
    return _archive(request, of.access, _branch(request), part)


@router.get(f"{PROJECT}/archive.zip", responses=_ZIP, response_class=Response)
def zip_project(request: Request, of: OfProject, part: Wanted = Part.ALL) -> Response:
    """Download what may be taken of a project as one ZIP."""
    return _archive(request, of.access, _branch(request), part)


@router.get(f"{EXPERIMENT}/sha256sums.txt", responses=_TEXT, response_class=PlainTextResponse)
def sums_of_experiment(request: Request, of: OfExperiment, part: Wanted = Part.ALL) -> Response:
    """List an experiment's checksums, for ``sha256sum -c`` in its folder."""
    return _sums(request, of.access, branch_of(of.row), part)


@router.get(f"{SAMPLE}/sha256sums.txt", responses=_TEXT, response_class=PlainTextResponse)
def sums_of_sample(request: Request, of: OfSample, part: Wanted = Part.ALL) -> Response:
    """List a sample's checksums, for ``sha256sum -c`` in its folder."""
    return _sums(request, of.access, _branch(request), part)


@router.get(f"{PROPOSAL}/sha256sums.txt", responses=_TEXT, response_class=PlainTextResponse)
def sums_of_proposal(request: Request, of: OfProposal, part: Wanted = Part.ALL) -> Response:
    """List a proposal's checksums, for ``sha256sum -c`` in its folder."""
    return _sums(request, of.access, _branch(request), part)


@router.get(f"{PROJECT}/sha256sums.txt", responses=_TEXT, response_class=PlainTextResponse)
def sums_of_project(request: Request, of: OfProject, part: Wanted = Part.ALL) -> Response:
    """List a project's checksums, for ``sha256sum -c`` in its folder."""
    return _sums(request, of.access, _branch(request), part)


@router.get(f"{EXPERIMENT}/downloads.aria2", responses=_TEXT, response_class=PlainTextResponse)
def aria2_of_experiment(request: Request, of: OfExperiment, part: Wanted = Part.ALL) -> Response:
    """List where an experiment's files are fetched, for ``aria2c -i``; links hold for an hour."""
    return _aria2(request, of.access, branch_of(of.row), part)


@router.get(f"{SAMPLE}/downloads.aria2", responses=_TEXT, response_class=PlainTextResponse)
def aria2_of_sample(request: Request, of: OfSample, part: Wanted = Part.ALL) -> Response:
    """List where a sample's files are fetched, for ``aria2c -i``; links hold for an hour."""
    return _aria2(request, of.access, _branch(request), part)


@router.get(f"{PROPOSAL}/downloads.aria2", responses=_TEXT, response_class=PlainTextResponse)
def aria2_of_proposal(request: Request, of: OfProposal, part: Wanted = Part.ALL) -> Response:
    """List where a proposal's files are fetched, for ``aria2c -i``; links hold for an hour."""
    return _aria2(request, of.access, _branch(request), part)


@router.get(f"{PROJECT}/downloads.aria2", responses=_TEXT, response_class=PlainTextResponse)
def aria2_of_project(request: Request, of: OfProject, part: Wanted = Part.ALL) -> Response:
    """List where a project's files are fetched, for ``aria2c -i``; links hold for an hour."""
    return _aria2(request, of.access, _branch(request), part)


def _branch(request: Request) -> Branch:
    """Return the level above experiments that the path names."""
    named = request.path_params
    return Branch(tuple(named[n] for n in ("project", "proposal", "sample") if n in named))


def _archive(request: Request, access: Access, branch: Branch, part: Part) -> Response:
    headers = INERT | {
        "Cache-Control": "private, no-store",
        "Content-Disposition": content_disposition(f"{branch.name}.zip"),
    }
    blocks = _begun(request, archives.archive(access, branch, part))
    return StreamingResponse(blocks, headers=headers, media_type="application/zip")


def _sums(request: Request, access: Access, branch: Branch, part: Part) -> Response:
    return _text(request, download_lists.sha256sums(access, branch, part))


def _aria2(request: Request, access: Access, branch: Branch, part: Part) -> Response:
    objects = _objects(request)

    def address(key: str) -> str:
        return f"{objects}{quote(key, safe='/=')}"

    return _text(request, download_lists.aria2_input(access, branch, part, address))


def _objects(request: Request) -> str:
    """Return where objects are here; `request.url_for` would ask the app that mounts the API."""
    app: FastAPI = request.app
    path = app.url_path_for("download_object", path="")
    return str(path.make_absolute_url(request.base_url))


def _text(request: Request, lines: Iterator[str]) -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return StreamingResponse(
        _together(_begun(request, lines)), headers=headers, media_type="text/plain; charset=utf-8"
    )


def _begun(request: Request, blocks: Iterator[T]) -> Iterator[T]:
    """Return `blocks` once the first is there: until then an error is an answer, not a cut stream.

    Later ones cut it: the server then closes the connection before the end of the body.
    """
    first = list(islice(blocks, 1))

    def rest() -> Iterator[T]:
        try:
            yield from blocks
        except EmfairError as error:
            _log.warning("%s was broken off: %s", request.url.path, error)
            raise

    return chain(first, rest())


def _together(lines: Iterator[str]) -> Iterator[str]:
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == AT_ONCE:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting)
