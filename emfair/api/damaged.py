"""``/experiments/{experiment}/damaged``: sealed files that the lake has lost or spoilt, put back.

Which they are, ``POST /deposits`` of the same files answers. What does not belong here: files on
their way into a deposit (`uploads`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from emfair.api import guard
from emfair.api.bodies import consume
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.registry import ExperimentRow
from emfair.service import refuted
from emfair.service.access import Granted

router = APIRouter(tags=["deposits"])
_BYTES = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string"}}},
    }
}


class PutBack(BaseModel):
    """Which files are still to be put back; after the last one the experiment is processed."""

    damaged: list[str]


@router.put(
    "/experiments/{experiment}/damaged",
    responses=responses(400, 401, 403, 404, 408, 409, 422, 429, 503),
    openapi_extra=_BYTES,
)
async def put_back(
    request: Request,
    into: Annotated[Granted[ExperimentRow], guard.experiment(Action.DEPOSIT)],
    path: Annotated[
        str,
        Query(max_length=700, description="The file's in the manifest.", examples=["scan.dm4"]),
    ],
) -> PutBack:
    """Put a file back that the chain found missing or different: its whole bytes, in one request.

    They pass through this server, and take their place once they are proved to be the manifest's.
    """
    left = await consume(
        request,
        lambda blocks: refuted.put_back(into.access, into.row, path, blocks),
        into.access.subject,
    )
    return PutBack(damaged=list(left))
