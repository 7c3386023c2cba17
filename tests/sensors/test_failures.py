"""A run that failed says so on its experiment, in the step's own words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import (
    AssetKey,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    build_run_status_sensor_context,
)
from dagster._core.events import DagsterEvent, JobFailureData

from emfair.lake import layout
from emfair.model.states import ExperimentState
from emfair_assets.jobs import PROCESS
from sensors.failures import mark_cancelled, mark_failed
from tests.emfair_assets.ground import Given, Ground
from tests.service.lab import open_lab


@pytest.fixture
def ground(corpus: Path, tmp_path: Path) -> Iterator[Ground]:
    with open_lab(tmp_path / "home", corpus) as lab, DagsterInstance.ephemeral() as instance:
        yield Ground(lab, instance)


def heard(ground: Ground, result) -> None:
    """Let the sensor hear of a run that failed."""
    event = next(e for e in result.all_events if e.event_type is DagsterEventType.RUN_FAILURE)
    hear(ground, result.dagster_run, event)


def hear(ground: Ground, run, event: DagsterEvent) -> None:
    context = build_run_status_sensor_context(
        sensor_name="mark_failed",
        dagster_event=event,
        dagster_instance=ground.instance,
        dagster_run=run,
        partition_key=run.tags.get("dagster/partition"),
    ).for_run_failure()
    mark_failed(context, emfair=Given(ground.lab.services))


def damaged(ground: Ground) -> str:
    """Return a sealed experiment of which a raw file has another bit."""
    lab = ground.lab
    place = lab.deposit(lab.file("test-1.dm3")).place
    path = Path(lab.services.lake.locate(layout.raw_file(place, "test-1.dm3")))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    return place.experiment


def test_the_reason_is_the_steps_own_words(ground):
    experiment = damaged(ground)
    heard(ground, ground.run(experiment))
    row = ground.lab.row(experiment)
    assert row.state is ExperimentState.FAILED
    assert row.state_reason.startswith(f"{experiment}: 1 raw file(s) are missing or differ")
    assert "test-1.dm3" in row.state_reason
    assert "Restore" in row.state_reason
    assert "Traceback" not in row.state_reason


def test_an_asset_materialized_by_hand_that_fails_is_told_too(ground):
    experiment = damaged(ground)
    heard(ground, ground.run(experiment, asset_selection=[AssetKey("raw_upload")]))
    assert ground.lab.row(experiment).state is ExperimentState.FAILED


def test_a_killed_run_has_the_runs_words(ground):
    lab = ground.lab
    experiment = lab.deposit(lab.file("test-1.dm3")).place.experiment
    ground.instance.add_dynamic_partitions("experiment", [experiment])
    run = ground.instance.create_run_for_job(
        ground.defs.resolve_job_def("process_experiment"),
        tags={"dagster/partition": experiment},
    )
    event = DagsterEvent(
        event_type_value="PIPELINE_FAILURE",
        job_name="process_experiment",
        message="The run's process was killed.",
        event_specific_data=JobFailureData(None),
    )
    hear(ground, run, event)
    row = lab.row(experiment)
    assert (row.state, row.state_reason) == (
        ExperimentState.FAILED,
        "The run's process was killed. It is tried again by itself in 1 h.",
    )


def test_what_a_later_run_found_stands(ground):
    experiment = damaged(ground)
    failed = ground.run(experiment)
    place = ground.lab.row(experiment).place
    path = Path(ground.lab.services.lake.locate(layout.raw_file(place, "test-1.dm3")))
    path.write_bytes(ground.lab.file("test-1.dm3").read_bytes())
    assert ground.run(experiment).success
    heard(ground, failed)
    assert ground.lab.row(experiment).state is ExperimentState.VALID


def test_a_run_without_a_partition_is_nobodys(ground):
    run = ground.instance.create_run_for_job(ground.defs.resolve_job_def("process_experiment"))
    event = DagsterEvent("PIPELINE_FAILURE", "x", event_specific_data=JobFailureData(None))
    hear(ground, run, event)
    assert sum(ground.lab.services.registry.standings.counts().values()) == 0


def test_a_cancelled_run_leaves_nothing_in_processing(ground):
    lab = ground.lab
    experiment = lab.deposit(lab.file("test-1.dm3")).place.experiment
    lab.services.registry.experiments.set_state(experiment, ExperimentState.PROCESSING)
    run = ground.instance.create_run_for_job(
        ground.defs.resolve_job_def(PROCESS),
        tags={"dagster/partition": experiment},
        status=DagsterRunStatus.CANCELED,
    )
    event = DagsterEvent(DagsterEventType.RUN_CANCELED.value, run.job_name)
    context = build_run_status_sensor_context(
        sensor_name="mark_cancelled",
        dagster_event=event,
        dagster_instance=ground.instance,
        dagster_run=run,
        partition_key=experiment,
    )
    mark_cancelled(context, emfair=Given(lab.services))
    row = lab.row(experiment)
    assert row.state is ExperimentState.FAILED
    assert "cancelled" in row.state_reason
