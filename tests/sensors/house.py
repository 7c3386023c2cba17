"""Stores and a Dagster, which a test looks at whenever it likes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster import (
    DagsterEvent,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    RunRequest,
    SensorDefinition,
    SensorResult,
    build_run_status_sensor_context,
    build_sensor_context,
)
from dagster._core.events import JobFailureData

from emfair.client.engine import DepositRequest
from emfair.lake.memory import MemoryLake
from emfair.model.states import ExperimentState
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from emfair_assets.jobs import PROCESS
from emfair_assets.partitions import PARTITION, add_experiments
from sensors.failures import mark_failed
from tests.emfair_assets.ground import Given, definitions
from tests.service.clock import Clock
from tests.service.lab import deposit
from tests.services.registries import furnished


@dataclass
class House:
    """What a test of a sensor needs; the cursor is kept from tick to tick."""

    services: Services
    instance: DagsterInstance
    clock: Clock
    folder: Path
    cursor: str | None = None

    def sealed(self, number: int = 0) -> str:
        """Deposit a file; return the experiment, which is a partition."""
        path = self.folder / f"{number}.dm3"
        path.write_bytes(b"%d" % number)
        made = deposit(self.services, DepositRequest([path], "P", "Q", "S")).place.experiment
        add_experiments(self.instance, [made])
        return made

    def state(self, experiment: str) -> ExperimentState:
        """Return what an experiment is."""
        return self.services.registry.experiments.get(experiment).state

    def run(self, experiment: str, status: DagsterRunStatus, **tags: str) -> DagsterRun:
        """Let Dagster know a run on an experiment."""
        return self.instance.create_run_for_job(
            definitions(self.services).resolve_job_def(PROCESS),
            tags={PARTITION: experiment, **tags},
            status=status,
        )

    def killed(self, experiment: str, tags: dict[str, str] | None = None) -> str:
        """Let a run on an experiment be killed, and the sensor hear of it; return the run."""
        run = self.run(experiment, DagsterRunStatus.FAILURE, **(tags or {}))
        event = DagsterEvent(
            "PIPELINE_FAILURE",
            run.job_name,
            message="The process was killed.",
            event_specific_data=JobFailureData(None),
        )
        context = build_run_status_sensor_context(
            sensor_name="mark_failed",
            dagster_event=event,
            dagster_instance=self.instance,
            dagster_run=run,
            partition_key=experiment,
        )
        mark_failed(context.for_run_failure(), emfair=Given(self.services))
        return run.run_id

    def look(self, sensor: SensorDefinition) -> Any:
        """Let a sensor look; return what it says."""
        context = build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            resources={"emfair": Given(self.services)},
            definitions=definitions(self.services),
        )
        said = sensor(context)
        self.cursor = said.cursor if isinstance(said, SensorResult) else context.cursor
        return said

    def asked(self, sensor: SensorDefinition) -> list[RunRequest]:
        """Let a sensor look; return the runs that it asks for."""
        said = self.look(sensor)
        return list(said.run_requests or ()) if isinstance(said, SensorResult) else []


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """Open stores below `folder`, and an empty Dagster."""
    clock = Clock()
    with (
        open_services(
            read_settings(home=furnished(folder / "home")), lake=MemoryLake(), now=clock
        ) as opened,
        DagsterInstance.ephemeral() as instance,
    ):
        yield House(opened, instance, clock, folder)
