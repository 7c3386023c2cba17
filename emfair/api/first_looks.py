"""``…/first-looks``: what the files of a deposit say before the chain has read them.

Looks go on by themselves while somebody asks; asking again tells more. What does not belong here:
looking (`emfair.service.arrivals`), and what the chain has read (`measurements`).
"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Query, Request, status
from pydantic import BaseModel, Field
from starlette.responses import Response

from emfair.api import guard
from emfair.api.downloads import picture
from emfair.api.measurements import FactAnswer, by_key
from emfair.api.problems import Responses, responses
from emfair.errors import NotFound
from emfair.identity.table import Action
from emfair.model.documents import AxisNotes, Measurement
from emfair.model.findings import Finding
from emfair.registry import ExperimentRow
from emfair.service.access import Granted
from emfair.service.annotation_check import check
from emfair.service.annotations import current
from emfair.service.arrivals import LookedInto, looked_into, seen_before_the_seal, take_out
from emfair.service.context import context_of
from emfair.service.reading import lacking, reading_of

router = APIRouter(prefix="/experiments/{experiment}/first-looks", tags=["deposits"])
Depositing = Annotated[Granted[ExperimentRow], guard.experiment(Action.UPLOAD)]
_PICTURE: Responses = {200: {"content": {"image/png": {}}}, **responses(401, 403, 404, 503)}
_FILE = "session/scan_012.dm4"


class FailedLook(BaseModel):
    """A look that came to nothing; it is not tried again by itself."""

    file: str = Field(examples=[_FILE])
    why: str


class UnreadableFile(BaseModel):
    """A file that makes an experiment invalid; `partly` says that some of it can be read."""

    file: str = Field(examples=[_FILE])
    partly: bool
    findings: list[Finding]


class FirstMeasurement(BaseModel):
    """A measurement as its file, the form and records describe it now."""

    id: str = Field(examples=["scan-012-0f3c5a7d9b1e"])
    title: str
    file: str = Field(examples=[_FILE])
    reader: str = Field(examples=["DigitalMicrograph"])
    kind: str = Field(examples=["image_2d"])
    shape: list[int] = Field(examples=[[1024, 1024]])
    dtype: str = Field(examples=["uint16"])
    axes: list[AxisNotes]
    facts: list[FactAnswer]
    lacks: list[str] = Field(
        description="Fields that NXem requires and nothing fills for it.",
        examples=[["sample.atom_types"]],
    )
    picture: str = Field(description="Where its picture is.")

    @classmethod
    def of(cls, one: Measurement, base: str) -> Self:
        """Return the answer; `base` is the URL of all first looks."""
        return cls(
            id=one.measurement,
            title=one.title,
            file=one.file,
            reader=one.reader,
            kind=one.kind,
            shape=list(one.shape),
            dtype=one.dtype,
            axes=list(one.axes),
            facts=by_key(one.facts),
            lacks=list(lacking(one)),
            picture=f"{base}/{one.measurement}.png",
        )


class FirstLooksAnswer(BaseModel):
    """What came of the files so far."""

    now: str = Field(description="The file that is looked into; empty if none is.")
    files: int = Field(description="All, also those that only the chain will read.")
    over: int = Field(description="How many need no look any more.")
    arriving: bool = Field(description="Some are looked into once they have arrived.")
    full: bool = Field(description="There is no room for more before the seal.")
    failed: list[FailedLook]
    unreadable: list[UnreadableFile]
    measurements: list[FirstMeasurement]
    findings: list[Finding]
    missing: list[str] = Field(
        description="Fields that NXem requires and nobody has filled.",
        examples=[["sample.atom_types"]],
    )


@router.get("", responses=responses(401, 403, 404, 503))
def show_first_looks(request: Request, depositing: Depositing) -> FirstLooksAnswer:
    """Show what the files that have arrived say; begin the looks that are still to be done.

    After the seal it is what was seen before, until the chain has read the files.
    """
    services, row = depositing.access.services, depositing.row
    looks = looked_into(services, row)
    seen = looks.seen or seen_before_the_seal(services, row)
    notes, _ = current(services, row.id)
    read = reading_of(seen, notes, context_of(services, row))
    said = notes.model_dump(mode="json", exclude_defaults=True)
    missing = check(said, services, row, read.measurements).missing if read.measurements else ()
    base = request.url.path.rstrip("/")
    return FirstLooksAnswer(
        now=looks.now,
        files=looks.files,
        over=looks.over,
        arriving=looks.arriving,
        full=looks.full,
        failed=[FailedLook(file=one.file, why=one.why) for one in looks.failed],
        unreadable=_unreadable(looks),
        measurements=[FirstMeasurement.of(one, base) for one in read.measurements],
        findings=list(read.findings),
        missing=list(missing),
    )


@router.get("/{measurement}.png", responses=_PICTURE, response_class=Response)
def show_first_picture(request: Request, depositing: Depositing, measurement: str) -> Response:
    """Show the picture of a measurement that was seen in a file that has arrived."""
    services, row = depositing.access.services, depositing.row
    seen = looked_into(services, row).seen or seen_before_the_seal(services, row)
    for one in (each for arrival in seen for each in arrival.seen):
        if one.measurement.measurement == measurement:
            return picture(request, one.picture)
    raise NotFound(
        "no such measurement was seen in what has arrived.",
        subject=measurement,
        remedy="Ask for the first looks; they go on while somebody does.",
    )


@router.post("/again", status_code=status.HTTP_204_NO_CONTENT, responses=responses(401, 403, 404))
def look_again(depositing: Depositing) -> Response:
    """Forget which looks came to nothing: they are tried again once someone asks."""
    depositing.access.services.first_looks.look_again(depositing.row.id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.delete("", responses=responses(401, 403, 404, 409, 422))
def take_file_out(
    depositing: Depositing,
    file: Annotated[str, Query(min_length=1, max_length=700, examples=[_FILE])],
) -> list[str]:
    """Take a file out of a deposit with all that is nothing without it; answer which uploads."""
    return take_out(depositing.access, depositing.row.id, file)


def _unreadable(looks: LookedInto) -> list[UnreadableFile]:
    return [
        UnreadableFile(file=one.file, partly=one.partly, findings=list(one.found))
        for one in looks.unreadable
    ]
