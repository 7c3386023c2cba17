"""The end of a run that failed."""

from __future__ import annotations

from emfair.errors import Conflict
from emfair.model.states import ExperimentState
from emfair.service.services import Services

REASON_LIMIT = 2000


def fail(services: Services, experiment: str, reason: str) -> None:
    """Mark an experiment as failed, with the reason in words.

    Content that was never processed stays pending, so that ``emfair process --pending`` tries it
    again. One that has moved on meanwhile (it is uploading again, or published) keeps its state.
    """
    try:
        services.registry.experiments.set_state(
            experiment, ExperimentState.FAILED, reason=reason[:REASON_LIMIT]
        )
    except Conflict:
        state = services.registry.experiments.get(experiment).state
        if state is ExperimentState.FAILED or state is ExperimentState.PROCESSING:
            raise
