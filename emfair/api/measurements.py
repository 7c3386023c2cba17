"""``/experiments/…/measurements``: each signal, its axes, its facts and where they are from.

What does not belong here: pictures and containers (`downloads`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from emfair.api import guard
from emfair.api.cards import After, Limit
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.documents import AxisNotes, TagReport
from emfair.model.facts import Fact, Source
from emfair.model.findings import Finding, Verdict
from emfair.nxem.keys import keys
from emfair.nxem.show import shown
from emfair.registry import ExperimentRow
from emfair.service import measurements
from emfair.service.access import Granted
from emfair.service.measurements import Judged, MeasurementPage
from emfair.service.pages import PAGE

router = APIRouter(prefix="/experiments/{experiment}/measurements", tags=["measurements"])
Reading = Annotated[Granted[ExperimentRow], guard.experiment(Action.READ_EXPERIMENT)]
_ID = "scan-012-0f3c5a7d9b1e"


class ValueAnswer(BaseModel):
    """One value that somebody or something says a key has."""

    shown: str = Field(description="As people read it.", examples=["200 kV"])
    value_num: float | None = Field(description="In `unit`; null for text.", examples=[200000.0])
    value_text: str
    unit: str = Field(description="SI.", examples=["V"])
    source: Source = Field(examples=["vendor"])
    source_path: str = Field(
        description="The tag or field that says so.",
        examples=["ImageList/TagGroup0/ImageTags/Microscope Info/Voltage"],
    )
    raw: str = Field(description="In the source's own words.", examples=["200000.0"])
    extractor: str = Field(description="The table or function that read it.")
    extractor_version: str
    replaced_by: str = Field(description="The source that came before it; empty if none did.")
    reason: str = Field(description="Why the other came first, or what it was derived from.")
    warning: str = Field(description="Why it is in doubt, and not used.")

    @classmethod
    def of(cls, fact: Fact) -> Self:
        """Return the answer."""
        return cls(shown=shown(fact), **fact.model_dump(exclude={"key"}))


class FactAnswer(BaseModel):
    """All that is said of one key: what counts, and what it replaced."""

    key: str = Field(examples=["acceleration_voltage"])
    label: str = Field(examples=["Acceleration voltage"])
    field: str = Field(
        description="The annotation that sets it.", examples=["measurement.acceleration_voltage"]
    )
    used: ValueAnswer | None = Field(description="Null where all that is said is in doubt.")
    others: list[ValueAnswer] = Field(description="Replaced, or in doubt.")

    @classmethod
    def of(cls, key: str, facts: Iterable[Fact]) -> Self:
        """Return the answer."""
        used, others = None, []
        for fact in facts:
            if used is None and not fact.replaced_by and not fact.warning:
                used = fact
            else:
                others.append(fact)
        known = keys().get(key)
        return cls(
            key=key,
            label=known.label if known else key,
            field=known.field if known else "",
            used=None if used is None else ValueAnswer.of(used),
            others=[ValueAnswer.of(fact) for fact in others],
        )


class MeasurementSummary(BaseModel):
    """One line of the list of measurements."""

    id: str = Field(examples=[_ID])
    title: str
    file: str = Field(description="The deposited file.", examples=["scan_012.dm4"])
    companions: list[str] = Field(description="Files that were read with it.")
    reader: str = Field(examples=["DigitalMicrograph"])
    kind: str = Field(examples=["image_2d"])
    shape: list[int] = Field(examples=[[1024, 1024]])
    dtype: str = Field(examples=["uint16"])
    container_size: int = Field(description="In bytes.", examples=[2097152])
    verdict: Verdict | None = Field(description="Null until its container is judged.")
    links: dict[str, str]

    @classmethod
    def of(cls, one: Judged, base: str) -> Self:
        """Return a line; `base` is the experiment's own URL."""
        what = one.measurement
        return cls(
            id=what.measurement,
            title=what.title,
            file=what.file,
            companions=list(what.companions),
            reader=what.reader,
            kind=what.kind,
            shape=list(what.shape),
            dtype=what.dtype,
            container_size=what.container_size,
            verdict=one.verdict,
            links={
                "self": f"{base}/measurements/{what.measurement}",
                "experiment": base,
                "preview": f"{base}/previews/{what.measurement}.png",
                "container": f"{base}/containers/{what.measurement}",
                "look": f"{base}/measurements/{what.measurement}/look",
                "file": f"{base}/files/{quote(what.file, safe='/')}",
            },
        )


class MeasurementsAnswer(BaseModel):
    """A page of measurements; give `next` as `after` to get the next page."""

    items: list[MeasurementSummary]
    next: str | None = Field(examples=[_ID])

    @classmethod
    def of(cls, page: MeasurementPage, base: str) -> Self:
        """Return a page; `base` is the experiment's own URL."""
        return cls(items=[MeasurementSummary.of(one, base) for one in page.items], next=page.next)


class MeasurementDetails(MeasurementSummary):
    """All of one measurement."""

    axes: list[AxisNotes]
    facts: list[FactAnswer] = Field(description="In the order of the table of keys.")
    findings: list[Finding]
    tags: TagReport = Field(description="What became of the vendor's tags.")
    signal_index: int = Field(description="Which of the file's signals it is.", examples=[0])
    data_path: str = Field(
        description="Where the array stands in the container.", examples=["/entry/…/data"]
    )
    data_sha256: str = Field(description="Of the decoded array: C order, little endian.")
    file_sha256: str
    container_sha256: str

    @classmethod
    def all_of(cls, one: Judged, base: str) -> Self:
        """Return the answer; `base` is the experiment's own URL."""
        what = one.measurement
        return cls(
            **MeasurementSummary.of(one, base).model_dump(),
            axes=list(what.axes),
            facts=by_key(what.facts),
            findings=list(one.findings),
            tags=what.tags,
            signal_index=what.signal_index,
            data_path=what.data_path,
            data_sha256=what.data_sha256,
            file_sha256=what.file_sha256,
            container_sha256=what.container_sha256,
        )


@router.get("", responses=responses(400, 401, 403, 404, 422))
def list_measurements(
    request: Request, reading: Reading, limit: Limit = PAGE, after: After = None
) -> MeasurementsAnswer:
    """List what was converted, in the order of the files; nothing until it is."""
    page = measurements.measurements(reading.access.services, reading.row, limit=limit, after=after)
    return MeasurementsAnswer.of(page, _base(request))


@router.get("/{measurement}", responses=responses(401, 403, 404))
def show_measurement(
    request: Request, reading: Reading, measurement: Annotated[str, Path(examples=[_ID])]
) -> MeasurementDetails:
    """Show a measurement: its axes, and each fact with its source, raw words, what it replaced."""
    one = measurements.measurement(reading.access.services, reading.row, measurement)
    return MeasurementDetails.all_of(one, _base(request))


def by_key(facts: Iterable[Fact]) -> list[FactAnswer]:
    """Return facts by key, in the order of the table; keys that it does not know come last."""
    told: dict[str, list[Fact]] = {}
    for fact in facts:
        told.setdefault(fact.key, []).append(fact)
    order = {key: number for number, key in enumerate(keys())}
    return [
        FactAnswer.of(key, told[key])
        for key in sorted(told, key=lambda key: (order.get(key, len(order)), key))
    ]


def _base(request: Request) -> str:
    """Return the experiment's own URL."""
    return request.url.path.partition("/measurements")[0]
