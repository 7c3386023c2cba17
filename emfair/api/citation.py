"""``…/citation``: how an experiment is cited.

What does not belong here: what a citation holds (`emfair.records.citation`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from emfair.api import guard
from emfair.api.problems import Responses, responses
from emfair.identity.table import Action
from emfair.registry import ExperimentRow
from emfair.service import browse
from emfair.service.access import Granted
from emfair.service.citing import citation

router = APIRouter(prefix="/experiments", tags=["experiments"])


class ContributorAnswer(BaseModel):
    """Who had a part in it and is none of its creators; the type is DataCite's word."""

    name: str = Field(examples=["Grace Hopper"])
    type: str = Field(examples=["DataCurator"])


class CitationAnswer(BaseModel):
    """How an experiment is cited; it has no DOI as long as it is not published."""

    text: str = Field(description="For a list of references.")
    bibtex: str
    creators: list[str] = Field(examples=[["Ada Lovelace"]])
    contributors: list[ContributorAnswer]
    year: int = Field(examples=[2026])
    title: str = Field(examples=["Grain boundaries, second session"])
    publisher: str = Field(examples=["emfair"])
    identifier: str = Field(examples=["e-20260122-k3f9zqmh"])
    address: str = Field(examples=["https://emfair.example.org/experiment?id=e-20260122-k3f9zqmh"])


_FORMS: Responses = {
    200: {"model": CitationAnswer, "content": {"text/plain": {}, "application/x-bibtex": {}}},
    **responses(401, 403, 404, 422),
}


@router.get("/{experiment}/citation", responses=_FORMS)
def cite(
    reading: Annotated[Granted[ExperimentRow], guard.experiment(Action.READ_EXPERIMENT)],
    form: Annotated[Literal["json", "text", "bibtex"], Query(alias="as")] = "json",
) -> Response:
    """Tell how an experiment is cited: all that is known, a sentence, or BibTeX's entry."""
    services = reading.access.services
    found = citation(services, browse.readable(services, reading.row))
    headers = {"Cache-Control": "private, no-cache"}
    if form == "text":
        return Response(found.text, headers=headers, media_type="text/plain")
    if form == "bibtex":
        return Response(found.bibtex, headers=headers, media_type="application/x-bibtex")
    told = CitationAnswer(
        text=found.text,
        bibtex=found.bibtex,
        creators=list(found.people),
        contributors=[ContributorAnswer(name=c.name, type=c.type) for c in found.contributors],
        year=found.year,
        title=found.title,
        publisher=found.publisher,
        identifier=found.identifier,
        address=found.address,
    )
    return Response(told.model_dump_json(), headers=headers, media_type="application/json")
