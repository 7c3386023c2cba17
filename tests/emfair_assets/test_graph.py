"""The asset graph is as agreed: a change of it is a decision, seen in ``graph.json``."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster import AssetKey, AssetsDefinition, AutomationConditionSensorDefinition

from emfair_assets.assets import ASSETS
from emfair_assets.definitions import build, defs
from emfair_assets.jobs import PROCESS

SNAPSHOT = Path(__file__).with_name("graph.json")


def asset(definition: AssetsDefinition) -> dict[str, Any]:
    (spec,) = definition.specs
    partitions = spec.partitions_def
    return {
        "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
        "checks": sorted(
            f"{check.name}{' (blocking)' if check.blocking else ''}"
            for check in definition.check_specs
        ),
        "kinds": sorted(spec.kinds),
        "group": spec.group_name,
        "code_version": re.sub(r"-[0-9].*", "-{installed}", spec.code_version or ""),
        "partitions": partitions and partitions.name,
        "pool": definition.op.pool,
        "io_manager": definition.get_io_manager_key_for_asset_key(spec.key),
        "resources": sorted(definition.required_resource_keys),
        "described": bool(spec.description),
    }


def graph() -> dict[str, Any]:
    repository = build().get_repository_def()
    return {
        "assets": {
            definition.key.to_user_string(): asset(definition)
            for definition in repository.assets_defs_by_key.values()
        },
        "jobs": {
            PROCESS: sorted(
                key.to_user_string()
                for key in build().resolve_job_def(PROCESS).asset_layer.executable_asset_keys
            )
        },
        "sensors": {
            sensor.name: {
                "default": sensor.default_status.value,
                "seconds": sensor.minimum_interval_seconds,
            }
            for sensor in repository.sensor_defs
            if not isinstance(sensor, AutomationConditionSensorDefinition)
        },
    }


def test_the_graph_is_the_committed_one():
    now = json.dumps(graph(), indent=2, sort_keys=True) + "\n"
    assert now == SNAPSHOT.read_text("utf-8"), (
        "The asset graph is another. If that is meant: python -m tests.emfair_assets.test_graph"
    )


def test_code_versions_name_the_readers_and_the_validator_at_work():
    assets = {asset.key.to_user_string(): asset for asset in ASSETS}
    for name, package in (("nxem_container", "rosettasciio"), ("validation_report", "pynxtools")):
        (spec,) = assets[name].specs
        assert str(spec.code_version).endswith(f"+{package}-{version(package)}")


def test_the_definitions_that_dagster_loads_hold_together():
    type(defs).validate_loadable(defs)
    assert AssetKey("metadata_index") in defs.get_repository_def().assets_defs_by_key


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(graph(), indent=2, sort_keys=True) + "\n", "utf-8")
