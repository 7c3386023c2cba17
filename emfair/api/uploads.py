"""``/uploads``: files announced, sent in parts, resumed, complete; the same for every client.

1. ``POST /experiments/{experiment}/uploads`` (or ``POST /deposits``) names files.
2. ``POST /uploads/{id}/parts/{n}`` tells where to PUT a part: a presigned address of the object
   store, so that bytes never pass through emfair, or this server's own.
3. ``GET /uploads/{id}`` tells which parts are there: whoever was cut off sends the others.
4. ``POST /uploads/{id}/complete`` makes the file whole.

Small files come many at a time by ``PUT /experiments/{experiment}/contents``, instead of 2 to 4.

What does not belong here: deposits as a whole (`deposits`).
"""

from __future__ import annotations

import base64
import re
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Path, Query, Request, Response, status

from emfair.api import guard
from emfair.api.bodies import consume
from emfair.api.files import (
    AnnouncedFiles,
    Capability,
    Completion,
    KnownBytes,
    NewFiles,
    PartAnswer,
    PartTargetAnswer,
    PartWanted,
    UploadAnswer,
    UploadState,
)
from emfair.api.problems import responses
from emfair.errors import BadCall
from emfair.identity.table import Action
from emfair.registry import ExperimentRow, UploadRow
from emfair.service import together, uploads
from emfair.service.access import Granted

router = APIRouter(tags=["uploads"])
Sending = Annotated[Granted[UploadRow], guard.upload(Action.UPLOAD)]
"""By whoever may upload to the experiment, or by the upload's own token."""
Holding = Annotated[Granted[UploadRow], guard.upload(Action.UPLOAD, capability=False)]
_BYTES = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string"}}},
    }
}
Number = Annotated[int, Path(ge=1, le=10_000, description="Parts are counted from 1.")]


@router.post(
    "/experiments/{experiment}/uploads", responses=responses(400, 401, 403, 404, 409, 413, 422)
)
def announce(
    into: Annotated[Granted[ExperimentRow], guard.experiment(Action.UPLOAD)], new: NewFiles
) -> AnnouncedFiles:
    """Announce up to 1,000 files; again is the same uploads. Later calls add more."""
    rows = uploads.announce(into.access, into.row.id, [file.announced for file in new.files])
    checksums = [row.sha256 for row in rows if row.sha256]
    known = uploads.known(into.access, checksums)
    return AnnouncedFiles(
        uploads=[UploadAnswer.of(row) for row in rows],
        known=[KnownBytes(sha256=k.sha256, experiment=k.experiment, path=k.path) for k in known],
    )


@router.get("/experiments/{experiment}/uploads", responses=responses(401, 403, 404))
def list_uploads(
    into: Annotated[Granted[ExperimentRow], guard.experiment(Action.UPLOAD)],
) -> list[UploadAnswer]:
    """List the files of the deposit in progress, by path."""
    rows = uploads.of_experiment(into.access.services, into.row.id)
    return [UploadAnswer.of(row) for row in rows]


@router.put(
    "/experiments/{experiment}/contents",
    responses=responses(400, 401, 403, 404, 408, 409, 413, 422, 503),
    openapi_extra=_BYTES,
)
async def put_together(
    request: Request,
    into: Annotated[Granted[ExperimentRow], guard.experiment(Action.UPLOAD)],
    upload: Annotated[
        list[str],
        Query(
            min_length=1,
            max_length=together.FILES,
            description="Which files, in the order of their bytes.",
            examples=[["u-0f3c5a7d9b1e2f4a6c8d"]],
        ),
    ],
) -> list[UploadAnswer]:
    """Take small files in one request, their bytes one after the other: each is whole, and proved.

    Each has one part, none of which is there yet, and its SHA-256 was announced; again is no error.
    Their bytes pass through this server: where the store has addresses of its own, parts are
    quicker. What arrived before an error stays.
    """
    services = into.access.services
    rows = await run_sync(together.chosen, services, into.row.id, upload)
    done = await consume(
        request, lambda blocks: together.put(services, into.row, rows, blocks), into.access.subject
    )
    return [UploadAnswer.of(row) for row in done]


@router.get("/uploads/{upload}", responses=responses(401, 403, 404))
def show_upload(sending: Sending) -> UploadState:
    """Show an upload, and which parts of it are there."""
    row, services = sending.row, sending.access.services
    there = [PartAnswer.of(part) for part in uploads.parts(services, row)]
    return UploadState(**UploadAnswer.of(row).model_dump(), parts=there)


@router.post("/uploads/{upload}/capability", responses=responses(401, 403, 404))
def authorize(holding: Holding) -> Capability:
    """Make a token that can send this upload's parts for an hour; the one before is void."""
    text, until = uploads.authorize(holding.access.services, holding.row)
    return Capability(token=text, expires_at=until)


@router.post("/uploads/{upload}/parts/{number}", responses=responses(400, 401, 403, 404, 409, 422))
def ask_for_part(
    request: Request, sending: Sending, number: Number, wanted: PartWanted
) -> PartTargetAnswer:
    """Tell where to PUT a part; the store takes only bytes with this MD5."""
    services = sending.access.services
    target = uploads.part_target(services, sending.row, number, wanted.md5)
    return PartTargetAnswer.of(target, request.url.path)


@router.put(
    "/uploads/{upload}/parts/{number}",
    responses=responses(400, 401, 403, 404, 408, 409, 422, 429, 503),
    openapi_extra=_BYTES,
)
async def put_part(
    request: Request,
    sending: Sending,
    number: Number,
    repr_digest: Annotated[
        str | None,
        Header(description="RFC 9530; checked.", examples=["sha-256=:47DEQpj8HBSa+/TI…=:"]),
    ] = None,
    if_match: Annotated[
        str | None,
        Header(
            description="The `checksum` of the part that is there, which was damaged on its way: "
            "this one takes its place.",
            examples=['"xxh128:99aa06d3014798d86001c324468d497f"'],
        ),
    ] = None,
) -> PartAnswer:
    """Take a part through this server, where the store has no address of its own."""
    sha256, replaces = _digest(repr_digest), (if_match or "").strip('"')
    services, row = sending.access.services, sending.row
    part = await consume(
        request,
        lambda blocks: uploads.put_part(
            services, row, number, blocks, sha256=sha256, replaces=replaces
        ),
        sending.access.subject if sending.access.principal else row.experiment,
    )
    return PartAnswer.of(part)


@router.post(
    "/uploads/{upload}/complete", responses=responses(400, 401, 403, 404, 409, 422, 429, 503)
)
def complete(sending: Sending, whole: Completion) -> UploadAnswer:
    """Make a file whole, its checksum proven; again is no error."""
    row = uploads.complete(sending.access.services, sending.row, whole.sha256)
    return UploadAnswer.of(row)


@router.delete(
    "/uploads/{upload}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(401, 403, 404, 409),
)
def remove(holding: Holding) -> Response:
    """Take a file out of a deposit that is not sealed.

    One that was opened with its files awaits it anew, as another upload, while some are to come.
    """
    uploads.remove(holding.access, holding.row, anew=True)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _digest(header: str | None) -> str | None:
    """Return the SHA-256 of ``sha-256=:base64:`` (RFC 9530, 3), in hexadecimal."""
    if header is None:
        return None
    found = re.search(r"sha-256=:([A-Za-z0-9+/]{43}=):", header)
    if found is None:
        raise BadCall("holds no SHA-256.", subject="Repr-Digest", remedy="Write sha-256=:BASE64:.")
    return base64.b64decode(found[1]).hex()
