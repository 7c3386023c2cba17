"""The REST API ``/api/v1``: the composition root of a process that serves it.

What does not belong here: use cases (`emfair.service`), and the app it is mounted in.
"""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from emfair import __version__
from emfair.api import downloads, experiments
from emfair.api.answers import Health, QueryAnswer, Question
from emfair.api.problems import responses, tell_problems
from emfair.service import browse, questions
from emfair.service.services import Services

PREFIX = "/api/v1"


def create_app(services: Services) -> FastAPI:
    """Return the API over `services`, which the caller opens and closes."""
    app = FastAPI(
        title="emfair",
        version=__version__,
        summary="Electron-microscopy experiments: their state, files, findings and provenance.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # its page would run scripts fetched from elsewhere
        redoc_url=None,
    )
    tell_problems(app)
    app.include_router(_general(services), prefix=PREFIX)
    app.include_router(experiments.routes(services), prefix=PREFIX)
    app.include_router(downloads.routes(services), prefix=PREFIX)
    return app


def _general(services: Services) -> APIRouter:
    router = APIRouter()

    @router.get("/health", tags=["health"], responses=responses(503))
    def health() -> Health:
        """Tell whether the registry answers."""
        browse.counts(services)
        return Health(status="ok", version=__version__)

    @router.post("/query", tags=["query"], responses=responses(400, 422, 503))
    def query(question: Question) -> QueryAnswer:
        """Ask the index with SQL, read only."""
        return QueryAnswer.of(questions.query(services, question.sql, limit=question.limit))

    return router
