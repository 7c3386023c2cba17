"""A run that failed or was cancelled leaves its experiment ``failed``, with the reason in words."""

from datetime import timedelta

from dagster import (
    DagsterRunStatus,
    DefaultSensorStatus,
    RunFailureSensorContext,
    RunsFilter,
    RunStatusSensorContext,
    run_failure_sensor,
    run_status_sensor,
)

from emfair.service.chain.fail import REASON_LIMIT, fail
from emfair_assets.endings import note_ending, words_of
from emfair_assets.partitions import PARTITION
from emfair_assets.resources import EmfairResource


@run_failure_sensor(  # of every job of this code location: assets are materialized by hand, too
    minimum_interval_seconds=10,
    default_status=DefaultSensorStatus.RUNNING,
    description="A failed run's reason becomes its experiment's.",
)
def mark_failed(context: RunFailureSensorContext, emfair: EmfairResource) -> None:
    """Note the reason in the registry, and on the run what kind of end it was."""
    experiment = context.partition_key
    if experiment is None:
        return
    failures = context.get_step_failure_events()
    pause = note_ending(context.instance, context.dagster_run, failures)
    if _is_newest(context, experiment):
        fail(emfair.services, experiment, told(reason_of(context), pause))


@run_status_sensor(
    run_status=DagsterRunStatus.CANCELED,
    minimum_interval_seconds=10,
    default_status=DefaultSensorStatus.RUNNING,
    description="A cancelled run leaves no experiment in processing.",
)
def mark_cancelled(context: RunStatusSensorContext, emfair: EmfairResource) -> None:
    """Note in the registry that someone cancelled the run."""
    experiment = context.partition_key
    if experiment is not None and _is_newest(context, experiment):
        fail(emfair.services, experiment, "The run was cancelled; process the experiment again.")


def told(reason: str, pause: timedelta | None) -> str:
    """Return a reason with what happens next; pure."""
    if pause is None:
        return reason
    hours = round(pause / timedelta(hours=1))
    more = f" It is tried again by itself in {hours} h."
    return f"{reason[: REASON_LIMIT - len(more)]}{more}"


def _is_newest(context: RunStatusSensorContext, experiment: str) -> bool:
    """Whether no run began on the experiment since: what a later run found stands."""
    newest = context.instance.get_run_records(RunsFilter(tags={PARTITION: experiment}), limit=1)
    return not newest or newest[0].dagster_run.run_id == context.dagster_run.run_id


def reason_of(context: RunFailureSensorContext) -> str:
    """Return the step's own words, or the run's where no step failed (a killed process)."""
    words = words_of(context.get_step_failure_events())
    return words or context.failure_event.message or "the run ended without a reason"
