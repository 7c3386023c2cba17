"""What the API answers with, as OpenAPI shows it.

The documents of the chain are answered as they are; here stand the values that are the API's own.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time
from typing import Any, Self
from urllib.parse import urlencode

from pydantic import AwareDatetime, BaseModel, Field

from emfair.catalogue.query import Answer
from emfair.lake import layout
from emfair.model.documents import Measurement
from emfair.model.findings import Verdict, count_by_severity
from emfair.model.manifest import Manifest, Place, Titles
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow
from emfair.service.access import Access
from emfair.service.browse import ExperimentList, ExperimentPage
from emfair.service.naming import names
from emfair.service.questions import rows

_LINKS = {
    "findings": "findings",
    "measurements": "measurements",
    "files": "file-reports",
    "provenance": "provenance",
    "citation": "citation",
    "report": "report",
    "readme": "readme",
    "archive": "archive.zip",
    "checksums": "sha256sums.txt",
    "downloads": "downloads.aria2",
    "events": "events",
}
"""What an experiment leads to, below its own URL."""
ROWS = 1000
ROWS_LIMIT = 100_000
_ID = "e-20260122-k3f9zqmh"


class Health(BaseModel):
    """Whether emfair answers."""

    status: str = Field(examples=["ok"])
    version: str = Field(examples=["0.1.0"])


class Me(BaseModel):
    """Who asks, as emfair knows them."""

    subject: str = Field(examples=["local:jane"])
    kind: str = Field(examples=["person"])
    name: str = Field(examples=["Jane Doe"])
    email: str
    orcid: str
    roles: list[str] = Field(description="Everywhere.", examples=[["depositor"]])
    projects: dict[str, str] = Field(
        description="The strongest role in each project, by membership, group, or referee link.",
        examples=[{"quartz": "owner"}],
    )
    scopes: list[str] | None = Field(description="Of an access token; null for a login.")

    @classmethod
    def of(cls, access: Access) -> Self:
        """Return who asks; nobody in particular has no subject."""
        who = access.principal
        return cls(
            subject=who.subject if who else "",
            kind=who.kind.value if who else "",
            name=who.name if who else "",
            email=who.email if who else "",
            orcid=who.orcid if who else "",
            roles=sorted(role.value for role in access.roles),
            projects={name: role.value for name, role in access.project_roles.items()},
            scopes=None if who is None or who.scopes is None else sorted(who.scopes),
        )


class ExperimentSummary(BaseModel):
    """One line of the list of experiments."""

    id: str = Field(examples=[_ID])
    title: str = Field(examples=["Grain boundaries, second session"])
    place: Place
    state: ExperimentState = Field(examples=["needs-input"])
    reason: str = Field(examples=["Elements in the sample: required, but not given."])
    processed: bool = Field(description="Whether the chain is done with its present content.")
    depositor: str = Field(examples=["local:jane"], description="What emfair knows them by.")
    depositor_name: str = Field("", examples=["Jane Doe"])
    instrument: str | None = Field(None, examples=["titan"])
    restricted: bool = False
    created_at: AwareDatetime
    updated_at: AwareDatetime
    version: int = Field(examples=[4])

    @classmethod
    def of(cls, row: ExperimentRow, name: str = "") -> Self:
        """Return an experiment's line; `name` is what people call its depositor."""
        return cls(
            id=row.id,
            title=row.title,
            place=row.place,
            state=row.state,
            reason=row.state_reason,
            processed=row.standing.processed,
            depositor=row.depositor,
            depositor_name=name,
            instrument=row.instrument,
            restricted=row.restricted,
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
        )


def summary(access: Access, row: ExperimentRow) -> ExperimentSummary:
    """Return an experiment's line, with its depositor's name looked up."""
    known = names(access.services, [row.depositor])
    return ExperimentSummary.of(row, known.get(row.depositor, ""))


class ExperimentsAnswer(BaseModel):
    """A page of experiments, newest first; give `next` as `after` to get the next page."""

    items: list[ExperimentSummary]
    next: str | None = Field(examples=[_ID])

    @classmethod
    def of(cls, page: ExperimentList) -> Self:
        """Return a page."""
        return cls(
            items=[
                ExperimentSummary.of(row, page.names.get(row.depositor, "")) for row in page.rows
            ],
            next=page.next,
        )


class MeasurementAnswer(BaseModel):
    """A measurement, its verdict, and where it, its picture and its container are."""

    link: str
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
        lake = urlencode({"path": layout.experiment_prefix(page.place)}, safe="/=")
        return cls(
            experiment=ExperimentSummary.of(page.row, page.depositor),
            titles=page.titles,
            folder=page.folder,
            findings=count_by_severity(page.findings),
            manifest=page.manifest,
            measurements=[
                MeasurementAnswer(
                    link=f"{base}/measurements/{one.measurement}",
                    verdict=page.verdict(one),
                    preview=f"{base}/previews/{one.measurement}.png",
                    container=f"{base}/containers/{one.measurement}",
                    measurement=one,
                )
                for one in page.measurements
            ],
            links={
                "self": base,
                **{name: f"{base}/{path}" for name, path in _LINKS.items()},
                "lake": f"{base.rpartition('/experiments/')[0]}/lake?{lake}",
            },
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
