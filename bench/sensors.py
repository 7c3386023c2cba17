"""Ticks of the sensors where very many experiments are known, on a real Dagster instance.

As the daemon has them evaluated: with the run requests resolved against the partitions. What
becomes of the requests afterwards is Dagster's own time.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import crowd
from bench.measure import Work, in_worker
from bench.table import Figure

if TYPE_CHECKING:
    from dagster import SensorDefinition

PART = "ticks of sensors"
TARGET = 1.0  # s
NEW = 100
_ROUNDS = 3


def figures(cache: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the seconds of a tick with nothing new, and with as much as one takes."""
    count = 2_000 if quick else 100_000
    told = in_worker("bench.sensors:ticks", folder=str(cache), count=count)
    for what, seconds in told.result.items():
        slow = "hourly" if "reconciliation" in what else ""
        name = f"{what}, {count:,} experiments known"
        yield Figure(PART, name, "s", seconds, "target", TARGET, remark=slow)


def ticks(folder: str, count: int) -> Work:
    """Return the work: fill registry and Dagster, then let the sensors look."""

    def work() -> dict[str, float]:
        from dagster import DagsterInstance
        from sqlalchemy import update

        from emfair.registry.engine import connect
        from emfair.registry.tables import experiment
        from emfair.service.services import open_services
        from emfair.settings import Settings
        from emfair_assets.partitions import add_experiments
        from emfair_assets.process import prepare_home
        from sensors.reconciliation import reconciliation
        from sensors.retries import retries
        from sensors.uploads import uploads
        from tests.services.postgres import database

        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
            url = stack.enter_context(database())
            settings = Settings(home=home, lake_url="", registry_url=url)
            services = stack.enter_context(open_services(settings))
            prepare_home(settings.dagster_home)
            home_of_dagster = str(settings.dagster_home)
            instance = stack.enter_context(DagsterInstance.from_config(home_of_dagster))
            crowd.fill(url, count)
            add_experiments(instance, (f"e-{number:06}" for number in range(count)))
            house = _House(services, instance)
            at_end = f'{{"position": {count}}}'
            told = {
                "uploads, nothing new": house.tick(uploads, at_end),
                "retries, nothing due": house.tick(retries, None),
                "reconciliation, nothing lost": house.tick(reconciliation, None),
            }
            unread = f'{{"position": {count - NEW}}}'
            long_ago = services.now() - timedelta(days=1)
            stores = connect(url)
            with stores.writing() as connection:
                late = experiment.c.id >= f"e-{count - NEW:06}"
                change = update(experiment).where(late)
                values = {"processed_key": None, "state": "sealed", "updated_at": long_ago}
                connection.execute(change.values(values))
            stores.close()
            told[f"uploads, {NEW} new"] = house.tick(uploads, unread)
            behind = f"e-{count - NEW - 1:06}"
            told[f"reconciliation, {NEW} lost"] = house.tick(reconciliation, behind)
            return told

    return work


class _House:
    """Stores and an instance that a sensor looks at."""

    def __init__(self, services: Any, instance: Any) -> None:
        from dagster import ResourceDefinition

        from emfair_assets.definitions import build

        self._instance = instance
        self._given = _Given(services)
        self._definitions = build(ResourceDefinition.hardcoded_resource(self._given))

    def tick(self, sensor: SensorDefinition, cursor: str | None) -> float:
        """Return the median seconds of a tick, after one that warms up."""
        from dagster import SensorEvaluationContext

        seconds = []
        for _ in range(_ROUNDS + 1):
            context = SensorEvaluationContext(
                instance_ref=self._instance.get_ref(),  # partitions are looked up as by the daemon
                last_tick_completion_time=None,
                last_run_key=None,
                cursor=cursor,
                log_key=None,
                repository_name=None,
                repository_def=self._definitions.get_repository_def(),
                sensor_name=sensor.name,
                instance=self._instance,
                resources={"emfair": self._given},
            )
            started = time.perf_counter()
            with context:
                sensor.evaluate_tick(context)
            seconds.append(time.perf_counter() - started)
        return statistics.median(seconds[1:])


class _Given:
    """Stands for the resource: stores that are open already."""

    def __init__(self, services: Any) -> None:
        self.services = services
