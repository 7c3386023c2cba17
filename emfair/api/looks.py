"""``…/measurements/{measurement}/look``: what can be looked at, and quick looks at it.

Pictures are PNG or NumPy arrays, spectra JSON or arrays. A look reads parts of a container, for a
few seconds at most; made ones are kept. What does not belong here: all that a container holds
(`h5`), and pictures that were made once (`downloads`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from emfair import __version__
from emfair.api import guard
from emfair.api.look_answers import (
    BackgroundAnswer,
    CurveAnswer,
    DetectorsAnswer,
    LookAnswer,
    as_npy,
    in_header,
)
from emfair.api.problems import Responses, responses
from emfair.api.streams import is_known
from emfair.errors import BadCall
from emfair.identity.table import Action
from emfair.model.canonical import sha256_bytes
from emfair.registry import ExperimentRow
from emfair.service.access import Granted
from emfair.service.looks import (
    Aspect,
    Contrast,
    Curve,
    Detector,
    Flat,
    Look,
    asked,
    background_of,
    drawn,
    look_at,
)
from emfair.service.measurements import measurement as find

router = APIRouter(
    prefix="/experiments/{experiment}/measurements/{measurement}/look", tags=["looks"]
)
Looking = Annotated[Granted[ExperimentRow], guard.experiment(Action.DOWNLOAD_CONTAINERS)]
Name = Annotated[str, Path(examples=["scan-012-0f3c5a7d9b1e"])]
Thorough = Annotated[bool, Query(description="Read all places, for up to a minute.")]
Place = Annotated[
    list[int], Query(max_length=8, description="An index along each axis of `place`.")
]
Span = Annotated[
    str, Query(max_length=25, pattern="^([0-9]{1,10}(:[0-9]{1,10})?)?$", examples=["480:540"])
]
Region = Annotated[
    list[str],
    Query(
        max_length=2,
        description="An index, or a span (`3:10` is 3 to 9), along each axis of `region`.",
        examples=[["3:10", "0:5"]],
    ),
]
_PROBLEMS = responses(400, 401, 403, 404, 410, 413, 422, 429, 503)
_NPY: dict[str, Any] = {"application/octet-stream": {}}
_FLAT: Responses = {
    200: {"content": {"image/png": {}, **_NPY}, "description": "Its header `Emfair-Remark` says "
          "(percent-encoded UTF-8) how it was sampled, `Emfair-Shades` what black and white are."},
    **_PROBLEMS,
}  # fmt: skip
_CURVE: Responses = {
    200: {"model": CurveAnswer, "content": _NPY, "description": "As an array: points, values."},
    **_PROBLEMS,
}


class Drawing(BaseModel):
    """How a picture is wanted: drawn, or as the numbers themselves."""

    model_config = ConfigDict(extra="forbid")

    form: Literal["png", "npy"] = Field("png", alias="as")
    low: float | None = Field(None, allow_inf_nan=False, description="The value that is black.")
    high: float | None = Field(None, allow_inf_nan=False, description="The value that is white.")
    log: bool = Field(False, description="Whether shades follow the logarithm.")
    gamma: float = Field(1.0, ge=0.05, le=5.0)
    size: int = Field(960, ge=16, le=2048, description="Pixels along the longer side, at most.")
    thorough: bool = Field(False, description="Read all places, for up to a minute.")

    @property
    def contrast(self) -> Contrast:
        """How values become shades. Raises `BadCall` for half a range."""
        if (self.low is None) is not (self.high is None):
            raise BadCall(
                "only one end of the shades is named.",
                subject="low" if self.low is None else "high",
                remedy="Name both, or none.",
            )
        return Contrast(self.low, self.high, self.log, self.gamma, in_values=True)


class PictureQuery(Drawing):
    """Which picture."""

    place: list[int] = Field([], max_length=8, description="An index along each axis of `place`.")
    aspect: Aspect = Aspect.AMPLITUDE


class MapQuery(Drawing):
    """Which map."""

    place: list[int] = Field([], max_length=8, description="An index along each axis of `place`.")
    window: str = Field("", max_length=25, description="Channels that are summed; all if left out.")
    background: str = Field("", max_length=25, description="Channels over which one is fitted.")


class VirtualQuery(Drawing):
    """Which detector: a usual one by its name, or one's own in pixels of the camera."""

    detector: str = Field("BF", max_length=40, examples=["HAADF"])
    row: float | None = Field(None, ge=-1e6, le=1e6)
    column: float | None = Field(None, ge=-1e6, le=1e6)
    inner: float = Field(0.0, ge=0, le=1e6)
    outer: float | None = Field(None, gt=0, le=1e6)

    @property
    def own(self) -> Detector | None:
        """One's own detector. Raises `BadCall` for half of one."""
        given = [one for one in (self.row, self.column, self.outer) if one is not None]
        if not given:
            return None
        if self.row is None or self.column is None or self.outer is None:
            raise BadCall(
                "a detector has a row, a column and an outer radius.",
                subject="detector",
                remedy="Give all three, or the name of a usual one.",
            )
        return Detector(self.row, self.column, self.inner, self.outer)


@router.get("", responses=_PROBLEMS)
def describe_look(
    request: Request, response: Response, looking: Looking, measurement: Name
) -> LookAnswer:
    """Tell what there is to look at: the array's axes, and which looks fit."""
    look = _look(looking, measurement)
    response.headers.update(_headers(request, look))
    return LookAnswer.of(look, request.url.path.rstrip("/"))


@router.get("/picture", responses=_FLAT, response_class=Response)
def show_picture(
    request: Request, looking: Looking, measurement: Name, wanted: Annotated[PictureQuery, Query()]
) -> Response:
    """Show a picture, one of a stack, or a pattern of a scan (without a place, the mean)."""
    look = _look(looking, measurement, thorough=wanted.thorough)
    return _flat(request, look, wanted, lambda: asked.picture_of(look, wanted.place, wanted.aspect))


@router.get("/map", responses=_FLAT, response_class=Response)
def show_map(
    request: Request, looking: Looking, measurement: Name, wanted: Annotated[MapQuery, Query()]
) -> Response:
    """Show the sum over a window of channels at each place; without a background, if wanted."""
    look = _look(looking, measurement, thorough=wanted.thorough)

    def make() -> Flat:
        return asked.map_of(look, wanted.window, wanted.background, wanted.place)

    return _flat(request, look, wanted, make)


@router.get("/virtual-image", responses=_FLAT, response_class=Response)
def show_virtual_image(
    request: Request, looking: Looking, measurement: Name, wanted: Annotated[VirtualQuery, Query()]
) -> Response:
    """Show what a virtual detector sees at each place of a scan."""
    look, own = _look(looking, measurement, thorough=wanted.thorough), wanted.own
    return _flat(request, look, wanted, lambda: asked.virtual_image_of(look, wanted.detector, own))


@router.get("/spectrum", responses=_CURVE)
def show_spectrum(
    request: Request,
    looking: Looking,
    measurement: Name,
    region: Region = [],  # noqa: B006  FastAPI copies it
    place: Place = [],  # noqa: B006  the same
    background: Span = "",
    aspect: Aspect = Aspect.AMPLITUDE,
    form: Annotated[Literal["json", "npy"], Query(alias="as")] = "json",
    thorough: Thorough = False,
) -> Response:
    """Show a curve, or the sum of the spectra of a region; with the background below, if wanted."""
    look = _look(looking, measurement, thorough=thorough)

    def make() -> Curve:
        return asked.spectrum_of(look, region, place, aspect)

    return _curve(request, look, form, background, make)


@router.get("/profile", responses=_CURVE)
def show_profile(
    request: Request,
    looking: Looking,
    measurement: Name,
    window: Span = "",
    background: Span = "",
    form: Annotated[Literal["json", "npy"], Query(alias="as")] = "json",
    thorough: Thorough = False,
) -> Response:
    """Show the sum over a window of channels along a line of spectra."""
    look = _look(looking, measurement, thorough=thorough)
    return _curve(request, look, form, "", lambda: asked.profile_of(look, window, background))


@router.get("/detectors", responses=_PROBLEMS)
def list_detectors(
    request: Request, response: Response, looking: Looking, measurement: Name
) -> DetectorsAnswer:
    """List the usual detectors around the unscattered beam, as it is found in the mean pattern."""
    look = _look(looking, measurement)
    found = DetectorsAnswer.of(asked.detectors_of(look))
    response.headers.update(_headers(request, look))
    return found


@router.get("/background", responses=_PROBLEMS)
def propose_background(
    request: Request, response: Response, looking: Looking, measurement: Name
) -> BackgroundAnswer:
    """Tell where a background may be fitted before an edge, and what is summed behind it."""
    look = _look(looking, measurement)
    found = BackgroundAnswer.of(asked.backgrounds_of(look))
    response.headers.update(_headers(request, look))
    return found


def _look(looking: Looking, measurement: str, *, thorough: bool = False) -> Look:
    one = find(looking.access.services, looking.row, measurement).measurement
    return look_at(looking, one, thorough=thorough)


def _flat(request: Request, look: Look, wanted: Drawing, make: Callable[[], Flat]) -> Response:
    contrast, headers = wanted.contrast, _headers(request, look)
    if _is_known(request, headers):
        return Response(status_code=304, headers=headers)
    flat = make()
    headers["Emfair-Remark"] = in_header(flat.remark)
    if wanted.form == "npy":
        return Response(as_npy(flat.values), headers=headers, media_type="application/octet-stream")
    made = drawn(flat, contrast, size=(wanted.size, wanted.size))
    headers["Emfair-Shades"] = in_header(made.shades)
    return Response(made.png, headers=headers, media_type="image/png")


def _curve(
    request: Request, look: Look, form: str, background: str, make: Callable[[], Curve]
) -> Response:
    headers = _headers(request, look)
    if _is_known(request, headers):
        return Response(status_code=304, headers=headers)
    curve = make()
    if form == "npy":
        headers["Emfair-Remark"] = in_header(curve.remark)
        array = np.stack([curve.points, np.asarray(curve.values, np.float64)])
        return Response(as_npy(array), headers=headers, media_type="application/octet-stream")
    fitted = asked.span(background, len(curve.values), "background") if background else None
    told = CurveAnswer.of(curve, background_of(curve, fitted) if fitted else None)
    return Response(told.model_dump_json(), headers=headers, media_type="application/json")


def _headers(request: Request, look: Look) -> dict[str, str]:
    """Return the headers of an answer that is the same as long as container and emfair are."""
    asked_for = f"{request.url.path}?{request.url.query}"
    made_of = f"{look.measurement.container_sha256} {__version__} {asked_for}"
    etag = f'"{sha256_bytes(made_of.encode())}"'
    return {"ETag": etag, "Cache-Control": "private, no-cache"}


def _is_known(request: Request, headers: dict[str, str]) -> bool:
    return is_known(request.headers.get("if-none-match", ""), headers["ETag"])
