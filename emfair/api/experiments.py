"""``/experiments``: lists, one experiment, its findings and provenance.

What does not belong here: what a person takes away from it (`downloads`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from emfair.api.answers import ExperimentAnswer, ExperimentsAnswer
from emfair.api.problems import responses
from emfair.model.findings import Finding
from emfair.model.states import ExperimentState
from emfair.provenance.record import ProvenanceRecord
from emfair.service import browse
from emfair.service.services import Services

Identifier = Annotated[str, Path(examples=["e-20260122-k3f9zqmh"])]


def routes(services: Services) -> APIRouter:
    """Return the routes. They are plain functions: Starlette runs them in its thread pool."""
    router = APIRouter(prefix="/experiments", tags=["experiments"])

    @router.get("", responses=responses(400, 404, 422))
    def list_experiments(
        state: ExperimentState | None = None,
        project: Annotated[str | None, Query(examples=["quartz-interfaces"])] = None,
        text: Annotated[str, Query(max_length=200, examples=["lamella"])] = "",
        limit: Annotated[int, Query(ge=1, le=browse.PAGE_LIMIT)] = browse.PAGE,
        after: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    ) -> ExperimentsAnswer:
        """List experiments, newest first."""
        return ExperimentsAnswer.of(
            browse.experiments(
                services, state=state, project=project, text=text, limit=limit, after=after
            )
        )

    @router.get("/{experiment}", responses=responses(404, 422))
    def show_experiment(request: Request, experiment: Identifier) -> ExperimentAnswer:
        """Show one experiment: where it hangs, its state, its files and measurements."""
        base = request.url.path.rstrip("/")
        return ExperimentAnswer.of(browse.experiment(services, experiment), base)

    @router.get("/{experiment}/findings", responses=responses(404, 422))
    def list_findings(experiment: Identifier) -> list[Finding]:
        """List what is not as it should be, most severe first."""
        return list(browse.experiment(services, experiment).findings)

    @router.get("/{experiment}/provenance", responses=responses(404, 422))
    def list_provenance(experiment: Identifier) -> list[ProvenanceRecord]:
        """List the provenance records, oldest first."""
        return list(browse.experiment(services, experiment).records)

    return router
