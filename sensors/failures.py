"""A run that failed leaves its experiment ``failed``, with the reason in words."""

from dagster import DefaultSensorStatus, RunFailureSensorContext, run_failure_sensor

from emfair.service.chain.fail import fail
from emfair_assets.jobs import process_experiment
from emfair_assets.resources import EmfairResource


@run_failure_sensor(
    monitored_jobs=[process_experiment],
    minimum_interval_seconds=10,
    default_status=DefaultSensorStatus.RUNNING,
    description="A failed run's reason becomes its experiment's.",
)
def mark_failed(context: RunFailureSensorContext, emfair: EmfairResource) -> None:
    """Note the reason in the registry."""
    experiment = context.partition_key
    if experiment is not None:
        fail(emfair.services, experiment, reason_of(context))


def reason_of(context: RunFailureSensorContext) -> str:
    """Return the step's own words, or the run's where no step failed (a killed process)."""
    for event in context.get_step_failure_events():
        data = event.step_failure_data
        if data.user_failure_data is not None and data.user_failure_data.description:
            return str(data.user_failure_data.description)
        if data.error is not None:
            cause = data.error.cause or data.error
            return cause.message.strip()
    return context.failure_event.message or "the run ended without a reason"
