"""``/search``: the index by words, facets and numbers in any unit.

What does not belong here: questions in SQL (`general`), and the searches that people keep (`kept`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from emfair.api import guard
from emfair.api.answers import plain
from emfair.api.cards import Limit
from emfair.api.problems import responses
from emfair.catalogue.search import Level, Search
from emfair.catalogue.search_sql import rows_sql
from emfair.identity.table import Action
from emfair.service import searches
from emfair.service.access import Access
from emfair.service.pages import PAGE
from emfair.service.searches import FacetValue, SearchCounts, read_search
from emfair.service.tables import as_csv, as_parquet, rows_of

router = APIRouter(tags=["search"])
WORDS = 'Words; each must stand somewhere. "A phrase" in quotes; -word leaves out what has it.'
Asking = Annotated[Access, guard.service(Action.QUERY_INDEX)]


class SearchQuery(BaseModel):
    """What is looked for. Of a facet's values one must hold, of elements and persons all."""

    level: Level = "experiments"
    q: str = Field("", description=WORDS, examples=["lamella"])
    state: list[str] = Field([], examples=[["valid"]])
    project: list[str] = Field([], examples=[["quartz-interfaces"]])
    instrument: list[str] = []
    technique: list[str] = Field([], examples=[["STEM imaging"]])
    element: list[str] = Field([], examples=[["Si", "O"]])
    person: list[str] = []
    data: list[str] = Field([], examples=[["image_2d"]])
    format: list[str] = Field([], examples=[["DigitalMicrograph"]])
    where: list[str] = Field(
        [],
        description="Keys, and what they must be: a range in any unit, as people say it, or words.",
        examples=[["acceleration_voltage:80-200 kV", "detector:haadf"]],
    )
    since: date | None = Field(None, description="First day, UTC.")
    until: date | None = Field(None, description="Last day, UTC.")
    columns: list[str] = Field([], description="Keys to show, too.", examples=[["defocus"]])
    sort: str = Field(
        "-date", description="date, title, size or a shown key; with - largest first."
    )

    def read(self) -> Search:
        """Return the search. Raises `BadCall`."""
        said = self.model_dump(mode="json", exclude_none=True)
        return read_search(
            {name: one if isinstance(one, list) else [one] for name, one in said.items()}
        )


Asked = Annotated[SearchQuery, Query()]


class CountAnswer(BaseModel):
    """A value of a facet, and how much there is of it."""

    value: str = Field(examples=["quartz-interfaces"])
    title: str = Field(description="What people call it.", examples=["Quartz interfaces"])
    n: int = Field(examples=[12])

    @classmethod
    def of(cls, count: FacetValue) -> Self:
        """Return the answer."""
        return cls(value=count.value, title=count.title, n=count.n)


class SearchAnswer(BaseModel):
    """What a search finds."""

    total: int = Field(description="Experiments, or measurements, altogether.")
    facets: dict[str, list[CountAnswer]] = Field(
        description="Values by facet, the most frequent first, counted as if none of it was chosen."
    )
    items: list[dict[str, Any]] = Field(description="A part of what is found, in its order; SI.")
    sql: str = Field(description="The same search for `POST /query`.")

    @classmethod
    def of(cls, search: Search, counts: SearchCounts, items: list[dict[str, Any]]) -> Self:
        """Return the answer."""
        facets = {
            name: [CountAnswer.of(one) for one in values] for name, values in counts.facets.items()
        }
        return cls(total=counts.total, facets=facets, items=items, sql=rows_sql(search))


@router.get("/search", responses=responses(400, 401, 403, 422, 503))
def search_index(
    access: Asking,
    asked: Asked,
    limit: Limit = PAGE,
    offset: Annotated[int, Query(ge=0, le=10**9, description="So many are left out first.")] = 0,
) -> SearchAnswer:
    """Search the index; it holds what whoever asks may see."""
    search = asked.read()
    found = searches.find(access, search, limit=limit, offset=offset)
    return SearchAnswer.of(search, searches.counts(access, search), plain(found.to_pylist()))


@router.get(
    "/search/table",
    responses={
        **responses(400, 401, 403, 422, 503),
        200: {
            "description": "The table; a header says if it was cut.",
            "content": {"text/csv": {}, "application/vnd.apache.parquet": {}},
        },
    },
    response_class=Response,
)
def take_search(
    access: Asking,
    asked: Asked,
    as_file: Annotated[Literal["csv", "parquet"], Query(alias="as")] = "csv",
) -> Response:
    """Take away all that a search finds, up to 100,000 rows, as CSV or Parquet."""
    table = searches.take(access, asked.read())
    name = f"emfair-{asked.level}.{as_file}"
    content: str | bytes
    if as_file == "csv":
        content, kind = as_csv(table.rows.column_names, rows_of(table.rows)), "text/csv"
    else:
        content, kind = as_parquet(table.rows), "application/vnd.apache.parquet"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Truncated": str(table.truncated).lower(),
    }
    return Response(content, media_type=kind, headers=headers)
