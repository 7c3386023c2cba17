"""Once a day, as soon as the daemon is there, what nobody finishes is cleaned away.

In a run of its own: with many files it takes longer than a sensor may.
"""

from dagster import (
    DefaultSensorStatus,
    RunRequest,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)

from emfair_assets.resources import EmfairResource
from emfair_assets.upkeep import CLEAN_UP


@sensor(
    job_name=CLEAN_UP,  # by name: one by value is copied, which Dagster 1.13 warns of
    minimum_interval_seconds=3600,
    default_status=DefaultSensorStatus.RUNNING,
    description="Once a day, drafts and uploads that nobody finishes are given up.",
)
def cleanup(context: SensorEvaluationContext, emfair: EmfairResource) -> RunRequest | SkipReason:
    """Ask for today's clean-up."""
    today = emfair.services.now().date().isoformat()
    if context.cursor == today:
        return SkipReason(f"cleaned on {today} already")
    context.update_cursor(today)
    return RunRequest(run_key=f"clean-up:{today}")
