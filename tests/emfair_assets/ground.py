"""Dagster on the ground: the real definitions, a real instance, and stores a test has opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dagster import (
    AssetKey,
    AssetMaterialization,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    ResourceDefinition,
)

from emfair.service.services import Services
from emfair_assets.definitions import build
from emfair_assets.jobs import PROCESS
from emfair_assets.partitions import add_experiments
from tests.service.lab import Lab

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Given:
    """Stands for `EmfairResource`: stores that the test has opened, and closes."""

    services: Services


def definitions(services: Services) -> Definitions:
    """Return the code location on these stores."""
    return build(ResourceDefinition.hardcoded_resource(Given(services)))


@dataclass(frozen=True)
class Ground:
    """An instance and the definitions on a lab's stores."""

    lab: Lab
    instance: DagsterInstance

    @property
    def defs(self) -> Definitions:
        """The code location."""
        return definitions(self.lab.services)

    def run(self, experiment: str, job: str = PROCESS, **options: Any) -> ExecuteInProcessResult:
        """Run a job, or one asset of it (``asset_selection``), for an experiment."""
        add_experiments(self.instance, [experiment])
        return self.defs.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            partition_key=experiment,
            raise_on_error=False,
            run_config=QUIET,
            **options,
        )


def materialized(result: ExecuteInProcessResult) -> dict[str, AssetMaterialization]:
    """Return the materializations of a run by asset."""
    events = result.get_asset_materialization_events()
    return {e.asset_key.to_user_string(): e.materialization for e in events if e.asset_key}


def data_versions(result: ExecuteInProcessResult) -> dict[str, str]:
    """Return the data version of each asset that a run materialized."""
    return {name: one.tags["dagster/data_version"] for name, one in materialized(result).items()}


def key(name: str) -> AssetKey:
    """Return an asset's key."""
    return AssetKey(name)
