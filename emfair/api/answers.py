"""What the API answers with, as OpenAPI shows it.

The documents of the chain are answered as they are; here stand the values that are the API's own.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, Field

from emfair.catalogue.query import Answer
from emfair.model.documents import Measurement
from emfair.model.findings import Verdict, count_by_severity
from emfair.model.manifest import Manifest, Place, Titles
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow
from emfair.service.browse import ExperimentList, ExperimentPage
from emfair.service.questions import rows

ROWS = 1000
ROWS_LIMIT = 100_000
_ID = "e-20260122-k3f9zqmh"


class Health(BaseModel):
    """Whether emfair answers."""

    status: str = Field(examples=["ok"])
    version: str = Field(examples=["0.1.0"])


class ExperimentSummary(BaseModel):
    """One line of the list of experiments."""

    id: str = Field(examples=[_ID])
    title: str = Field(examples=["Grain boundaries, second session"])
    place: Place
    state: ExperimentState = Field(examples=["needs-input"])
    reason: str = Field(examples=["Elements in the sample: required, but not given."])
    depositor: str = Field(examples=["jane"])
    created_at: AwareDatetime
    updated_at: AwareDatetime
    version: int = Field(examples=[4])

    @classmethod
    def of(cls, row: ExperimentRow) -> Self:
        """Return an experiment's line."""
        return cls(
            id=row.id,
            title=row.title,
            place=row.place,
            state=row.state,
            reason=row.state_reason,
            depositor=row.depositor,
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
        )


class ExperimentsAnswer(BaseModel):
    """A page of experiments, newest first; give `next` as `after` to get the next page."""

    items: list[ExperimentSummary]
    next: str | None = Field(examples=[_ID])

    @classmethod
    def of(cls, page: ExperimentList) -> Self:
        """Return a page."""
        return cls(items=[ExperimentSummary.of(row) for row in page.rows], next=page.next)


class MeasurementAnswer(BaseModel):
    """A measurement, its verdict, and where its picture and container are."""

    verdict: Verdict | None
    preview: str
    container: str
    measurement: Measurement


class ExperimentAnswer(BaseModel):
    """All of one experiment but its findings and provenance records."""

    experiment: ExperimentSummary
    titles: Titles
    folder: str = Field(description="Where it stands in the lake.")
    findings: dict[str, int] = Field(
        description="How many findings each severity has.", examples=[{"error": 0, "missing": 2}]
    )
    manifest: Manifest | None
    measurements: list[MeasurementAnswer]
    links: dict[str, str]

    @classmethod
    def of(cls, page: ExperimentPage, base: str) -> Self:
        """Return the answer; `base` is the experiment's own URL."""
        names = ("findings", "provenance", "report", "readme")
        return cls(
            experiment=ExperimentSummary.of(page.row),
            titles=page.titles,
            folder=page.folder,
            findings=count_by_severity(page.findings),
            manifest=page.manifest,
            measurements=[
                MeasurementAnswer(
                    verdict=page.verdict(one),
                    preview=f"{base}/previews/{one.measurement}.png",
                    container=f"{base}/containers/{one.measurement}",
                    measurement=one,
                )
                for one in page.measurements
            ],
            links={"self": base, **{name: f"{base}/{name}" for name in names}},
        )


class Question(BaseModel):
    """SQL in DuckDB's dialect: one SELECT, WITH, DESCRIBE, SUMMARIZE or SHOW statement."""

    sql: str = Field(
        max_length=100_000,
        examples=["SELECT reader, count(*) AS n FROM measurements GROUP BY ALL ORDER BY n DESC"],
    )
    limit: int = Field(ROWS, ge=1, le=ROWS_LIMIT, description="At most so many rows.")


class ColumnAnswer(BaseModel):
    """A column of an answer."""

    name: str = Field(examples=["reader"])
    type: str = Field(examples=["VARCHAR"])


class QueryAnswer(BaseModel):
    """What SQL came to."""

    columns: list[ColumnAnswer]
    rows: list[list[Any]] = Field(examples=[[["STEM imaging", 3]]])
    truncated: bool = Field(description="Whether there were more rows than `limit`.")

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Return the answer in what JSON can hold."""
        return cls(
            columns=[
                ColumnAnswer(name=name, type=kind)
                for name, kind in zip(answer.columns, answer.types, strict=True)
            ],
            rows=[[plain(value) for value in row] for row in rows(answer)],
            truncated=answer.truncated,
        )


def plain(value: Any) -> Any:
    r"""Return a value of SQL as JSON can hold it: times in ISO 8601, no NaN, the rest as text.

    >>> plain([date(2026, 1, 22), float("nan"), b"\x00\xff", 2.5])
    ['2026-01-22', None, '00ff', 2.5]
    """
    match value:
        case float() if not math.isfinite(value):
            return None
        case None | bool() | int() | float() | str():
            return value
        case dict():
            return {str(key): plain(one) for key, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
