"""``…/containers/{measurement}/h5/…``: a container looked into as H5Web asks (h5grove's API).

Bytes come by ranges: no container is read whole. What does not belong here: containers as files
(`downloads`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from emfair.api import guard
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.registry import ExperimentRow
from emfair.service.access import Granted
from emfair.service.viewing import Encoded, looking

router = APIRouter(prefix="/experiments/{experiment}/containers/{measurement}/h5", tags=["viewer"])
Looking = Annotated[Granted[ExperimentRow], guard.experiment(Action.DOWNLOAD_CONTAINERS)]
Name = Annotated[str, Path(examples=["scan-012-0"])]
At = Annotated[str, Query(max_length=2000, description="Within the container.", examples=["/"])]
_ANSWERS = responses(400, 401, 403, 404, 413, 422, 503)


@router.get("/meta", responses=_ANSWERS, response_class=Response)
def show_entity(looking_at: Looking, measurement: Name, path: At = "/") -> Response:
    """Show a group's children, or a dataset's shape, type and filters."""
    with looking(looking_at.access.services, looking_at.row, measurement) as container:
        return _answer(container.meta(path))


@router.get("/attr", responses=_ANSWERS, response_class=Response)
def show_attributes(looking_at: Looking, measurement: Name, path: At = "/") -> Response:
    """Show the attributes of a group or dataset."""
    with looking(looking_at.access.services, looking_at.row, measurement) as container:
        return _answer(container.attributes(path))


@router.get("/data", responses=_ANSWERS, response_class=Response)
def show_values(
    looking_at: Looking,
    measurement: Name,
    path: At,
    selection: Annotated[str | None, Query(max_length=200, examples=["0, 10:20, :"])] = None,
    form: Annotated[Literal["json", "bin", "npy", "csv", "tiff"], Query(alias="format")] = "json",
    dtype: Literal["origin", "safe"] = "origin",
    flatten: bool = False,
) -> Response:
    """Show a dataset's values, or those selected: up to 256 MiB, as text up to 16."""
    with looking(looking_at.access.services, looking_at.row, measurement) as container:
        found = container.data(path, selection=selection, form=form, dtype=dtype, flatten=flatten)
        return _answer(found)


@router.get("/paths", responses=_ANSWERS, response_class=Response)
def list_paths(looking_at: Looking, measurement: Name, path: At = "/") -> Response:
    """List all paths below one."""
    with looking(looking_at.access.services, looking_at.row, measurement) as container:
        return _answer(container.paths(path))


def _answer(found: Encoded) -> Response:
    return Response(found.content, headers=found.headers)
