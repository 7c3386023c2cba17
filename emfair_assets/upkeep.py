"""The job that looks after the stores, beside the one that processes experiments."""

from dagster import MetadataValue, OpExecutionContext, in_process_executor, job, op

from emfair.service import cleanup
from emfair_assets.failures import failures
from emfair_assets.resources import EmfairResource

CLEAN_UP = "clean_up"


@op(description="Drafts and uploads that nobody finishes are given up, and what they left goes.")
def give_up(context: OpExecutionContext, emfair: EmfairResource) -> None:
    """Clean away what its time is over; each thing is told in the run's log."""
    counts = {what.value: 0 for what in cleanup.Left}
    with failures(context.retry_number):
        for one in cleanup.clean_up(emfair.services):
            counts[one.what.value] += not one.problem
            tell = context.log.warning if one.problem else context.log.info
            tell(f"{one.what.value} {one.subject}: {one.why}. {one.problem}".rstrip())
    context.add_output_metadata({name: MetadataValue.int(n) for name, n in counts.items()})


@job(
    name=CLEAN_UP,
    executor_def=in_process_executor,
    description="What nobody finishes is given up after the times in emfair.service.cleanup.",
)
def clean_up() -> None:
    """Clean up."""
    give_up()
