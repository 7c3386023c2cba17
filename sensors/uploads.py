"""New content in the outbox becomes runs: one an experiment, never twice for the same content.

The cursor is on the registry's outbox, never a listing of the bucket. The run key names the
content (manifest and annotations): Dagster drops a run whose key it has seen, so a row that is
delivered twice does no harm, and edited annotations are a new run.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from dagster import (
    DefaultSensorStatus,
    RunRequest,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from emfair.model.states import IN_PROGRESS, ExperimentState
from emfair.registry import OutboxCursor, OutboxRow, advance
from emfair_assets.jobs import process_experiment
from emfair_assets.partitions import EXPERIMENTS
from emfair_assets.resources import EmfairResource
from emfair_assets.slots import free_slots

AT_ONCE = 100
"""Run requests a tick."""
_UNSEALED = IN_PROGRESS | {ExperimentState.TOMBSTONED}


@dataclass(frozen=True)
class Plan:
    """What one tick does: where the cursor goes, which experiments run, under which keys."""

    cursor: OutboxCursor
    run_keys: Mapping[str, str]


def plan(
    cursor: OutboxCursor,
    rows: Iterable[OutboxRow],
    processed: Mapping[str, str | None],
    unsealed: AbstractSet[str],
    now: datetime,
) -> Plan:
    """Decide which rows become runs. Pure.

    Parameters
    ----------
    rows
        At most `AT_ONCE`: those in the cursor's gaps, and the next behind it.
    processed
        The run key that each experiment was processed with last: it needs no second run (someone
        was faster with ``emfair process``).
    unsealed
        Experiments that cannot be processed now: withdrawn ones, and those to which a later
        deposit is on its way, whose seal is told by a row of its own.
    """
    after, due = advance(cursor, list(rows), now)
    newest = {row.experiment: row.run_key for row in due}
    return Plan(
        cursor=after,
        run_keys={
            experiment: key
            for experiment, key in newest.items()
            if processed.get(experiment) != key and experiment not in unsealed
        },
    )


@sensor(
    job=process_experiment,
    minimum_interval_seconds=5,
    default_status=DefaultSensorStatus.RUNNING,
    description="Sealed deposits and edited annotations become runs.",
)
def uploads(context: SensorEvaluationContext, emfair: EmfairResource) -> SensorResult | SkipReason:
    """Read the outbox behind the cursor and ask for runs, for which dead ones make place."""
    services = emfair.services
    free_slots(context.instance, services.settings.dagster_home)
    cursor = OutboxCursor.from_json(context.cursor)
    outbox = services.registry.outbox
    late = outbox.rows(cursor.gaps)[:AT_ONCE]
    rows = [*late, *outbox.after(cursor.position, AT_ONCE - len(late))]
    known = services.registry.experiments.some(row.experiment for row in rows)
    decided = plan(
        cursor,
        rows,
        {row.id: row.processed_key for row in known},
        {row.id for row in known if row.state in _UNSEALED},
        services.now(),
    )
    if decided.cursor == cursor and not decided.run_keys:
        return SkipReason("nothing new")
    return SensorResult(
        run_requests=[
            RunRequest(run_key=key, partition_key=experiment)
            for experiment, key in decided.run_keys.items()
        ],
        dynamic_partitions_requests=[EXPERIMENTS.build_add_request(sorted(decided.run_keys))]
        if decided.run_keys
        else [],
        cursor=decided.cursor.to_json(),
    )
