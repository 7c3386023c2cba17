"""Runs that failed for a passing reason are tried again by themselves, later and later.

A step waits six minutes for a sick store; whatever lasts longer, and a machine that was switched
off, is tried again after an hour, six, and a day (`endings.LATER`). Bad data never are: sent again
unchanged, they fail again.

The cursor tells, for each number of tries, how far the failed runs have been looked through, so
that a flood of them is taken in portions and none is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRecord,
    RunRequest,
    RunsFilter,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from emfair.errors import BadCall
from emfair.model.states import ExperimentState
from emfair_assets.endings import FAILURE, LATER, TRY, passing
from emfair_assets.jobs import process_experiment
from emfair_assets.partitions import PARTITION
from emfair_assets.resources import EmfairResource

AT_ONCE = 100
"""Failed runs looked at in a tick."""


class RetryCursor(BaseModel):
    """Until when the runs that failed after so many tries have been looked through."""

    model_config = ConfigDict(frozen=True)

    until: dict[int, AwareDatetime] = Field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str | None) -> Self:
        """Return the cursor that was kept; the first one without. Raises `BadCall`."""
        try:
            return cls.model_validate_json(text) if text else cls()
        except ValidationError as error:
            raise BadCall(
                "not a cursor on failed runs.",
                subject=repr((text or "")[:80]),
                remedy="Reset the sensor's cursor: no run is tried again twice.",
            ) from error


@dataclass(frozen=True)
class FailedRun:
    """A run that failed for a passing reason, and whose pause is over."""

    run: str
    experiment: str
    tries: int


def worth_trying(
    failed: Iterable[FailedRun],
    newest: Mapping[str, str],
    states: Mapping[str, ExperimentState],
) -> list[FailedRun]:
    """Decide which runs are tried again: those whose word on their experiment still stands. Pure.

    Parameters
    ----------
    newest
        The newest run of each experiment.
    states
        What each experiment is now; someone may have withdrawn or processed it meanwhile.
    """
    return [
        one
        for one in failed
        if newest.get(one.experiment) == one.run
        and states.get(one.experiment) is ExperimentState.FAILED
    ]


@sensor(
    job=process_experiment,
    minimum_interval_seconds=300,
    default_status=DefaultSensorStatus.RUNNING,
    description="What failed because a store was sick, or a process was killed, is tried again "
    "after 1, 6 and 24 hours.",
)
def retries(context: SensorEvaluationContext, emfair: EmfairResource) -> SensorResult | SkipReason:
    """Look through the failed runs whose pause is over, and ask for new ones."""
    services, instance = emfair.services, context.instance
    before = RetryCursor.from_json(context.cursor)
    failed, after = _over(instance, before, services.now())
    if not failed:
        return SkipReason("no failed run is due")
    rows = services.registry.experiments.some(one.experiment for one in failed)
    chosen = worth_trying(failed, _newest(instance, failed), {row.id: row.state for row in rows})
    return SensorResult(
        run_requests=[
            RunRequest(
                run_key=f"again:{one.run}",
                partition_key=one.experiment,
                tags={TRY: str(one.tries + 1)},
            )
            for one in chosen
        ],
        cursor=after.model_dump_json(),
    )


def _over(
    instance: DagsterInstance, cursor: RetryCursor, now: datetime
) -> tuple[list[FailedRun], RetryCursor]:
    """Return the runs whose pause is over, at most `AT_ONCE`, and the cursor behind them."""
    failed: list[FailedRun] = []
    until = dict(cursor.until)
    for tries, pause in enumerate(LATER):
        if len(failed) == AT_ONCE:
            break
        records = instance.get_run_records(
            RunsFilter(
                statuses=[DagsterRunStatus.FAILURE],
                tags={FAILURE: passing(), TRY: str(tries)},
                updated_after=until.get(tries),
                updated_before=now - pause,
            ),
            limit=AT_ONCE - len(failed),
            order_by="update_timestamp",
            ascending=True,
        )
        failed += [_failed(record, tries) for record in records]
        if records:
            until[tries] = records[-1].update_timestamp
    return failed, RetryCursor(until=until)


def _failed(record: RunRecord, tries: int) -> FailedRun:
    run = record.dagster_run
    return FailedRun(run.run_id, run.tags.get(PARTITION, ""), tries)


def _newest(instance: DagsterInstance, failed: Iterable[FailedRun]) -> dict[str, str]:
    newest: dict[str, str] = {}
    for experiment in {one.experiment for one in failed}:
        for record in instance.get_run_records(RunsFilter(tags={PARTITION: experiment}), limit=1):
            newest[experiment] = record.dagster_run.run_id
    return newest
