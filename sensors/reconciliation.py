"""Once an hour registry and Dagster are compared: what one of them has forgotten is put right.

The outbox tells each change once. A run that was lost since (a purged event log, a Dagster database
that was restored or made anew, a run that no process ever took up) nobody would tell again: the
experiment would be ``sealed`` or ``processing`` for ever. So all sealed experiments are walked
through, a bounded part of them in each tick; the lake is not asked.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow
from emfair.service.chain.fail import fail
from emfair_assets.holding import is_dead
from emfair_assets.jobs import process_experiment
from emfair_assets.partitions import PARTITION, add_experiments
from emfair_assets.resources import EmfairResource

WALKED = 5000
"""Experiments that a tick walks through; of 10⁵ the last one's turn comes after twenty hours."""
EXAMINED = 1000
"""Of these, experiments without a verdict for which Dagster is asked."""
AT_ONCE = 100
"""Run requests a tick."""
PATIENCE = timedelta(hours=1)
"""An experiment that has changed since is on its way by the outbox."""
LOST = "emfair/lost"
"""Tag of a run that stands in for a lost one: the content's run key."""
TRIES = 3
"""Runs that stand in for lost ones, for one content; after that something else is wrong."""
UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
    DagsterRunStatus.SUSPENDED,
]


@dataclass(frozen=True)
class Plan:
    """What one tick does.

    Attributes
    ----------
    cursor
        The last experiment that was walked past; empty at the end: the next tick begins anew.
    run_keys
        The content to process, by experiment.
    hopeless
        Experiments whose runs were lost again and again.
    """

    cursor: str
    run_keys: Mapping[str, str]
    hopeless: tuple[str, ...]


def waiting(rows: Sequence[ExperimentRow], now: datetime) -> list[ExperimentRow]:
    """Return the experiments whose present content has no verdict, and had time for one. Pure.

    Those that failed have their reason, and their own way back (`retries`).
    """
    found = [
        row
        for row in rows
        if row.run_key != row.processed_key
        and row.state is not ExperimentState.FAILED
        and now - row.updated_at > PATIENCE
    ]
    return found[:EXAMINED]


def plan(
    rows: Sequence[ExperimentRow],
    waited: Sequence[ExperimentRow],
    busy: AbstractSet[str],
    stood_in: Mapping[str, int],
) -> Plan:
    """Decide which experiments run again. Pure.

    Parameters
    ----------
    rows, waited
        What was walked through, and of these the ones that wait for a verdict; both by identifier.
    busy
        Experiments that a run is at work on, or queued for.
    stood_in
        How many runs have stood in for lost ones, by the content's run key.
    """
    idle = [row for row in waited if row.id not in busy]
    taken = idle[:AT_ONCE]
    lost = {row.id: row.run_key for row in taken if row.run_key is not None}
    hopeless = tuple(one for one, key in lost.items() if stood_in.get(key, 0) >= TRIES)
    return Plan(
        cursor=_behind(rows, waited, idle),
        run_keys={one: key for one, key in lost.items() if one not in hopeless},
        hopeless=hopeless,
    )


def _behind(
    rows: Sequence[ExperimentRow], waited: Sequence[ExperimentRow], idle: Sequence[ExperimentRow]
) -> str:
    """Return the last experiment that was walked past."""
    if len(idle) > AT_ONCE:
        return idle[AT_ONCE - 1].id
    if len(waited) == EXAMINED:
        return waited[-1].id
    return rows[-1].id if len(rows) == WALKED else ""


@sensor(
    job=process_experiment,
    minimum_interval_seconds=3600,
    default_status=DefaultSensorStatus.RUNNING,
    description="Experiments whose run was lost run again; missing partitions are added.",
)
def reconciliation(
    context: SensorEvaluationContext, emfair: EmfairResource
) -> SensorResult | SkipReason:
    """Walk on through the sealed experiments, and ask for the runs that were lost."""
    services, instance = emfair.services, context.instance
    rows = services.registry.experiments.sealed(after=context.cursor or "", limit=WALKED)
    add_experiments(instance, [row.id for row in rows])
    waited = waiting(rows, services.now())
    decided = plan(
        rows,
        waited,
        _busy(instance, services.settings.dagster_home, waited),
        _stood_in(instance, waited),
    )
    for experiment in decided.hopeless:
        fail(services, experiment, _HOPELESS)
    hour = services.now().strftime("%Y%m%dT%H")  # Dagster drops a run key that it has seen
    return SensorResult(
        run_requests=[
            RunRequest(run_key=f"{key}@{hour}", partition_key=experiment, tags={LOST: key})
            for experiment, key in decided.run_keys.items()
        ],
        skip_reason=None if decided.run_keys else f"{len(rows)} experiments are as they should be",
        cursor=decided.cursor,
    )


_HOPELESS = (
    f"Its runs ended {TRIES} times without a word. Look into Dagster what becomes of them, "
    "then process it again."
)


def _busy(instance: DagsterInstance, home: Path, rows: Sequence[ExperimentRow]) -> set[str]:
    """Return the experiments that a living run is at work on, or queued for."""
    if not rows:
        return set()
    tags = {PARTITION: [row.id for row in rows]}
    found = instance.get_runs(RunsFilter(statuses=UNFINISHED, tags=tags))
    return {run.tags[PARTITION] for run in found if not is_dead(instance, home, run)}


def _stood_in(instance: DagsterInstance, rows: Sequence[ExperimentRow]) -> Counter[str]:
    """Return how many runs have stood in for lost ones, by the content's run key."""
    if not rows:
        return Counter()
    tags = {LOST: [row.run_key or "" for row in rows]}
    return Counter(run.tags[LOST] for run in instance.get_runs(RunsFilter(tags=tags)))
