"""``/me/searches``, ``/me/templates``: what people keep for themselves, by names of their own."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from emfair.api import guard
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.service import searches, templates
from emfair.service.access import Access

router = APIRouter(prefix="/me", tags=["kept"])
Keeping = Annotated[Access, guard.service(Action.KEEP)]
_SEARCH, _TEMPLATE = "Gold at 300 kV", "Titan, as usual"


class KeptSearch(BaseModel):
    """A search that someone keeps."""

    name: str = Field(max_length=500, examples=[_SEARCH])
    query: str = Field(
        max_length=8000,
        description="Of an address.",
        examples=["element=Au&where=acceleration_voltage%3A300+kV.."],
    )


class Template(BaseModel):
    """Annotations that someone keeps, to say them again of another experiment."""

    name: str = Field(max_length=500, examples=[_TEMPLATE])
    annotations: dict[str, Any] = Field(
        description="Without what is of one experiment alone: title, description, times, files.",
        examples=[{"instrument": {"model": "Titan 80-300"}}],
    )


@router.get("/searches", responses=responses(401, 403))
def list_searches(access: Keeping) -> list[KeptSearch]:
    """List the searches that whoever asks keeps, by name."""
    return [KeptSearch(name=one.name, query=one.content) for one in searches.kept_searches(access)]


@router.put("/searches", status_code=204, responses=responses(400, 401, 403, 413, 422))
def keep_search(access: Keeping, wanted: KeptSearch) -> None:
    """Keep a search under a name; of the same name the later counts."""
    searches.keep_search(access, wanted.name, wanted.query)


@router.delete("/searches", status_code=204, responses=responses(400, 401, 403, 422))
def forget_search(
    access: Keeping, name: Annotated[str, Query(max_length=500, examples=[_SEARCH])]
) -> None:
    """Keep a search no longer; one that is not kept is gone already."""
    searches.forget_search(access, name)


@router.get("/templates", responses=responses(401, 403))
def list_templates(access: Keeping) -> list[Template]:
    """List the templates of annotations that whoever asks keeps, by name."""
    found = templates.templates(access)
    return [Template(name=name, annotations=document) for name, document in found.items()]


@router.put("/templates", status_code=204, responses=responses(400, 401, 403, 413, 422))
def keep_template(access: Keeping, wanted: Template) -> None:
    """Keep annotations under a name; of the same name the later counts."""
    templates.keep(access, wanted.name, wanted.annotations)


@router.delete("/templates", status_code=204, responses=responses(400, 401, 403, 422))
def forget_template(
    access: Keeping, name: Annotated[str, Query(max_length=500, examples=[_TEMPLATE])]
) -> None:
    """Keep a template no longer; one that is not kept is gone already."""
    templates.forget(access, name)
