"""``/schema``: what a form of annotations is made of.

What does not belong here: how it is made (`emfair.nxem.annotation_schema`).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from emfair.api import guard
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.nxem.annotation_schema import annotation_schema
from emfair.service.access import Access

router = APIRouter(prefix="/schema", tags=["annotations"])
MEDIA_TYPE = "application/schema+json"


@router.get(
    "/annotations",
    response_class=JSONResponse,
    responses=responses(401, 403)
    | {200: {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}},
)
def show_annotation_schema(
    access: Annotated[Access, guard.service(Action.SEE_SERVICE)],  # noqa: ARG001 -- the guard
) -> Any:
    """Show the annotation document's JSON Schema: its fields, units, words and terms."""
    return JSONResponse(annotation_schema(), media_type=MEDIA_TYPE)
