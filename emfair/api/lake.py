"""``/lake``: the lake's folders, level by level, and the objects in them.

What does not belong here: who may see what (`emfair.service.lake_view`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from emfair.api import guard
from emfair.api.cards import After, Limit
from emfair.api.downloads import STREAM
from emfair.api.problems import responses
from emfair.api.streams import stream
from emfair.identity.table import Action
from emfair.service import lake_view
from emfair.service.access import Access
from emfair.service.lake_view import LakeLevel, Node
from emfair.service.pages import PAGE

router = APIRouter(prefix="/lake", tags=["lake"])
Looking = Annotated[Access, guard.listing(Action.READ_EXPERIMENT)]
_SAMPLE = "project=quartz-interfaces/proposal=2026-a/sample=lamella-1"


class Kind(StrEnum):
    """What lies in a folder."""

    FOLDER = "folder"
    OBJECT = "object"


class NodeAnswer(BaseModel):
    """A folder or an object."""

    name: str = Field(examples=["experiment=e-20260122-k3f9zqmh"])
    kind: Kind
    size: int | None = Field(description="In bytes; null for a folder.", examples=[33554432])
    title: str = Field(description="What people call a level.", examples=["Grain boundaries"])
    links: dict[str, str] = Field(
        description="`level`: what lies in a folder; `download`: an object that may be downloaded.",
        examples=[{"level": f"/api/v1/lake?path={_SAMPLE}"}],
    )

    @classmethod
    def of(cls, node: Node, base: str) -> Self:
        """Return the answer; `base` is the lake's own URL."""
        kind = Kind.FOLDER if node.size is None else Kind.OBJECT
        links = {}
        if kind is Kind.FOLDER:
            links["level"] = f"{base}?{urlencode({'path': node.path}, safe='/=')}"
        elif node.may_download:
            links["download"] = f"{base}/objects/{quote(node.path, safe='/=')}"
        return cls(name=node.name, kind=kind, size=node.size, title=node.title, links=links)


class LakeAnswer(BaseModel):
    """A page of a level; give `next` as `after` to get the next page."""

    path: str = Field(examples=[_SAMPLE])
    entries: list[NodeAnswer]
    next: str | None = Field(examples=["experiment=e-20260122-k3f9zqmh"])

    @classmethod
    def of(cls, found: LakeLevel, base: str) -> Self:
        """Return a page."""
        entries = [NodeAnswer.of(node, base) for node in found.nodes]
        return cls(path=found.path, entries=entries, next=found.next)


@router.get("", responses=responses(400, 401, 403, 404, 422))
def show_level(
    request: Request,
    access: Looking,
    path: Annotated[str, Query(max_length=2000, examples=[_SAMPLE])] = "",
    limit: Limit = PAGE,
    after: After = None,
) -> LakeAnswer:
    """Show what lies directly at `path`; without one, the projects."""
    found = lake_view.level(access, path, limit=limit, after=after)
    return LakeAnswer.of(found, request.url.path.rstrip("/"))


@router.head("/objects/{path:path}", include_in_schema=False)
@router.get("/objects/{path:path}", responses=STREAM, response_class=Response)
def download_object(request: Request, access: Looking, path: str) -> Response:
    """Download an object below an experiment by its path; ranges of bytes are answered."""
    return stream(request, lake_view.lake_object(access, path))
