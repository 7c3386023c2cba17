"""``/health``, ``/me``, ``/query``: what is about no thing in particular."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from emfair import __version__
from emfair.api import guard
from emfair.api.answers import Health, Me, QueryAnswer, Question
from emfair.api.problems import responses
from emfair.catalogue.query import Description
from emfair.identity.table import Action
from emfair.service import questions
from emfair.service.access import Access

router = APIRouter()


class TableColumn(BaseModel):
    """A column of a table of the index."""

    name: str = Field(examples=["acceleration_voltage"])
    type: str = Field(examples=["DOUBLE"])
    description: str = Field(examples=["In V."])


class TableAnswer(BaseModel):
    """A table that SQL can ask."""

    name: str = Field(examples=["measurements"])
    description: str
    columns: list[TableColumn]

    @classmethod
    def of(cls, table: Description) -> Self:
        """Return the answer."""
        columns = [
            TableColumn(name=one.name, type=one.type, description=one.description)
            for one in table.columns
        ]
        return cls(name=table.name, description=table.description, columns=columns)


@router.get("/health", tags=["service"], responses=responses(429, 503))
def health(access: Annotated[Access, guard.listing(Action.SEE_SERVICE)]) -> Health:
    """Tell whether the registry answers."""
    access.services.registry.check()
    return Health(status="ok", version=__version__)


@router.get("/me", tags=["service"], responses=responses(401))
def show_me(access: Annotated[Access, guard.service(Action.SEE_SERVICE)]) -> Me:
    """Tell who asks, and what they are here."""
    return Me.of(access)


@router.post("/query", tags=["query"], responses=responses(400, 401, 403, 422, 503))
def query(
    question: Question, access: Annotated[Access, guard.service(Action.QUERY_INDEX)]
) -> QueryAnswer:
    """Ask the index with SQL, read only; it holds what whoever asks may see."""
    return QueryAnswer.of(questions.query(access, question.sql, limit=question.limit))


@router.get("/query/tables", tags=["query"], responses=responses(401, 403))
def list_tables(
    access: Annotated[Access, guard.service(Action.QUERY_INDEX)],  # noqa: ARG001 -- the guard
) -> list[TableAnswer]:
    """List the tables that SQL can ask, with their columns and what they hold."""
    return [TableAnswer.of(one) for one in questions.tables()]
