"""Ticks of the sensors where very many experiments are known, on a real Dagster instance.

As the daemon has them evaluated: with the run requests resolved against the partitions. What
becomes of the requests afterwards is Dagster's own time.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench import crowd
from bench.measure import Work, in_worker
from bench.table import Figure

if TYPE_CHECKING:
    from dagster import DagsterInstance, SensorDefinition

    from emfair.service.services import Services

PART = "ticks of sensors"
TARGET = 1.0  # s
NEW = 100
_ROUNDS = 3
_LONG = timedelta(days=1)


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
        from sensors.reconciliation import reconciliation
        from sensors.retries import retries
        from sensors.uploads import uploads

        with _opened(folder, count) as (services, instance):
            house = _House(services, instance)
            told = {
                "uploads, nothing new": house.tick(uploads, f'{{"position": {count}}}'),
                "retries, nothing due": house.tick(retries, None),
                "reconciliation, nothing lost": house.tick(reconciliation, None),
            }
            crowd.forget(services.settings.registry, count - NEW, services.now() - _LONG)
            unread = f'{{"position": {count - NEW}}}'
            behind = f"e-{count - NEW - 1:06}"
            told[f"uploads, {NEW} new"] = house.tick(uploads, unread)
            told[f"reconciliation, {NEW} lost"] = house.tick(reconciliation, behind)
            return told

    return work


@contextmanager
def _opened(folder: str, count: int) -> Iterator[tuple[Services, DagsterInstance]]:
    """Open a registry and a Dagster instance that know `count` experiments."""
    from dagster import DagsterInstance

    from emfair.service.services import open_services
    from emfair.settings import Settings
    from emfair_assets.partitions import add_experiments
    from emfair_assets.process import prepare_home
    from tests.services.postgres import database

    with tempfile.TemporaryDirectory(dir=folder) as home, database() as url:
        settings = Settings(home=Path(home), lake_url="", registry_url=url)
        prepare_home(settings.dagster_home)
        with (
            open_services(settings) as services,
            DagsterInstance.from_config(str(settings.dagster_home)) as instance,
        ):
            crowd.fill(url, count)
            add_experiments(instance, (f"e-{number:06}" for number in range(count)))
            yield services, instance


class _House:
    """Stores and an instance that a sensor looks at."""

    def __init__(self, services: Services, instance: DagsterInstance) -> None:
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

    def __init__(self, services: Services) -> None:
        self.services = services
