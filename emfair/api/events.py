"""Live events, as browsers' ``EventSource`` reads them: one experiment's, or all that one may see.

Each event tells a state, not a change: whoever missed some has lost nothing once the next comes,
and the same one may come twice. A right that ends, ends the stream. What does not belong here: what
is told (`emfair.service.events`), and how often it is looked for (`listeners`).
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Annotated, Self

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from emfair.api import guard
from emfair.api.browser import cookies_of
from emfair.api.listeners import Listener, Listeners
from emfair.api.problems import Responses, responses
from emfair.errors import EmfairError, Unavailable
from emfair.identity.table import Action
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow
from emfair.service import events
from emfair.service.access import Access, Granted, experiment_resource
from emfair.service.events import OVERLAP, News
from emfair.service.reception import Reception

router = APIRouter(tags=["events"])
Reading = Annotated[Granted[ExperimentRow], guard.experiment(Action.READ_EXPERIMENT)]
Looking = Annotated[Access, guard.listing(Action.READ_EXPERIMENT)]
LastEventId = Annotated[
    str | None, Header(max_length=100, description="The last event's `id`: the stream goes on.")
]
RETRY = 3000
"""Milliseconds after which a browser comes back."""
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class FilesArrived(BaseModel):
    """A deposit in progress."""

    arrived: int = Field(examples=[3])
    total: int = Field(description="Announced so far.", examples=[10])


class ExperimentEvent(BaseModel):
    """What an event of the kind `experiment` holds as its `data`, in JSON."""

    experiment: str = Field(examples=["e-20260122-k3f9zqmh"])
    title: str
    state: ExperimentState = Field(examples=["processing"])
    reason: str
    resting: bool = Field(description="Nothing goes on by itself.")
    version: int = Field(examples=[4])
    updated_at: AwareDatetime
    files: FilesArrived | None = Field(description="Null where no deposit is in progress.")
    steps: list[str] | None = Field(
        description="The chain's steps that are done; null among all experiments.",
        examples=[["raw_upload", "nxem_container"]],
    )

    @classmethod
    def of(cls, news: News, *, steps: bool) -> Self:
        """Return what is told of an experiment."""
        row, files = news.row, news.files
        return cls(
            experiment=row.id,
            title=row.title,
            state=row.state,
            reason=row.state_reason,
            resting=news.resting,
            version=row.version,
            updated_at=row.updated_at,
            files=FilesArrived(arrived=files.arrived, total=files.total) if files else None,
            steps=list(news.steps) if steps else None,
        )


class EventStream(StreamingResponse):
    """A stream whose listener goes when the client does, however it goes."""

    media_type = "text/event-stream"

    def __init__(self, lines: AsyncGenerator[str], leave: Callable[[], None]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(lines, headers=headers)
        self._lines, self._leave = lines, leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until either side ends it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()
            await self._lines.aclose()


_STREAM: Responses = {
    200: {
        "model": ExperimentEvent,
        "description": "Events of the kinds `experiment`, `ready` (listening from now on), "
        "`reload` (too much was missed: load the list) and `end` (with the reason).",
    },
    **responses(401, 403, 404, 422, 429, 503),
}


@router.get(
    "/experiments/{experiment}/events",
    status_code=200,
    response_class=EventStream,
    responses=_STREAM,
)
async def follow_experiment(
    request: Request,
    reading: Reading,
    until_rest: Annotated[
        bool, Query(description="End when nothing goes on by itself any more.")
    ] = False,
    last_event_id: LastEventId = None,
) -> EventStream:
    """Tell an experiment's state now, and whenever it changes: files arrived, steps done."""
    first = await run_sync(events.news, reading.access.services, reading.row)

    async def lines(heard: AsyncIterator[News | str]) -> AsyncGenerator[str]:
        told = last_event_id
        async for one in _after(first, heard):
            if isinstance(one, str):
                yield one
                continue
            if told != (mark := _mark(one)):
                told = mark
                yield _event("experiment", mark, _data(one, steps=True))
            if until_rest and one.resting:
                yield _end("Nothing goes on by itself any more.")
                return

    return _stream(request, reading.access, reading.row, lines)


@router.get("/events", status_code=200, response_class=EventStream, responses=_STREAM)
async def follow_all(
    request: Request, access: Looking, last_event_id: LastEventId = None
) -> EventStream:
    """Tell of every experiment that whoever asks may see, whenever its state changes."""
    most = request.app.state.listeners.resumed

    async def lines(heard: AsyncIterator[News | str]) -> AsyncGenerator[str]:
        for line in await run_sync(_missed, access, last_event_id, most):  # listening already
            yield line
        async for one in heard:
            yield one if isinstance(one, str) else _told(one)

    return _stream(request, access, None, lines)


def _stream(
    request: Request,
    access: Access,
    row: ExperimentRow | None,
    lines: Callable[[AsyncIterator[News | str]], AsyncGenerator[str]],
) -> EventStream:
    """Let someone listen to one experiment, or to all."""
    listeners: Listeners = request.app.state.listeners
    subject = access.subject if access.principal else None
    listener = listeners.join(row.id if row else None, subject)
    heard = _heard(request, listener, access, row)
    return EventStream(_begun(lines(heard)), lambda: listeners.leave(listener))


async def _begun(lines: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """Yield at once how long a browser waits before it comes back: it knows then that it is on."""
    yield f"retry: {RETRY}\n\n"
    async for line in lines:
        yield line


async def _heard(
    request: Request, listener: Listener, access: Access, row: ExperimentRow | None
) -> AsyncIterator[News | str]:
    """Yield the news that someone may hear, a sign of life in silence, and the end of a right."""
    silence = request.app.state.listeners.silence
    asked = monotonic()
    while not listener.lost:
        news = await listener.next(silence)
        if monotonic() - asked >= silence:
            asked = monotonic()
            try:
                access = await run_sync(_again, request, access)
            except EmfairError as error:
                yield _end(str(error))
                return
        row = news.row if news and row else row
        if row and not _may(access, row):
            yield _end("It is not shared with you any more.")
            return
        if news is None:
            yield ": still here\n\n"
        elif _may(access, news.row):
            yield news
    yield _end("You read more slowly than things change. Come back: you will be told what changed.")


async def _after(first: News, heard: AsyncIterator[News | str]) -> AsyncIterator[News | str]:
    yield first
    async for one in heard:
        yield one


def _again(request: Request, access: Access) -> Access:
    """Return whoever sent a request as they are known now: tokens end, memberships change.

    A sick store takes no right away. Raises `Unauthenticated`.
    """
    reception: Reception = request.app.state.reception
    try:
        return reception.access(request.headers.get("authorization"), cookies_of(request))
    except Unavailable:
        return access


def _may(access: Access, row: ExperimentRow) -> bool:
    return access.may(Action.READ_EXPERIMENT, experiment_resource(row))


def _missed(access: Access, last_event_id: str | None, most: int) -> list[str]:
    """Return what changed since an event, and that they are told from now on."""
    now, changes = _time_mark(access.services.now()), access.services.registry.changes
    if last_event_id is None:
        return [_event("ready", now)]
    moment, sight = _moment(last_event_id), access.sight(Action.READ_EXPERIMENT)
    if moment is None:
        return [_event("reload", now)]
    rows = changes.since(moment - OVERLAP, visible=sight, limit=most + 1)
    if len(rows) > most:
        return [_event("reload", now)]
    files = changes.arrived([row.id for row in rows])
    return [*(_told(News(row, files.get(row.id))) for row in rows), _event("ready", now)]


def _told(news: News) -> str:
    return _event("experiment", _time_mark(news.row.updated_at), _data(news, steps=False))


def _event(kind: str, mark: str, data: str = "{}") -> str:
    """Return an event as the HTML standard spells it (9.2.6); JSON has no line ends."""
    return f"id: {mark}\nevent: {kind}\ndata: {data}\n\n"


def _end(reason: str) -> str:
    return f"event: end\ndata: {json.dumps({'reason': reason})}\n\n"


def _data(news: News, *, steps: bool) -> str:
    return ExperimentEvent.of(news, steps=steps).model_dump_json()


def _mark(news: News) -> str:
    """Return what differs where an experiment has changed."""
    files = news.files
    counted = (files.arrived, files.total) if files else (0, 0)
    return ".".join(map(str, (news.row.version, *counted, len(news.steps))))


def _time_mark(time: datetime) -> str:
    return str((time - _EPOCH) // _MICROSECOND)


def _moment(mark: str) -> datetime | None:
    """Return the time that `_time_mark` wrote; None for what it did not."""
    if not re.fullmatch(r"[0-9]{15,17}", mark):
        return None
    return _EPOCH + int(mark) * _MICROSECOND
