"""``/health``, ``/me``, ``/query``: what is about no thing in particular."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from emfair import __version__
from emfair.api import guard
from emfair.api.answers import Health, Me, QueryAnswer, Question
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.service import questions
from emfair.service.access import Access

router = APIRouter()


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
