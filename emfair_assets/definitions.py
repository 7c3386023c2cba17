"""The composition root of the code location: everything Dagster knows of emfair."""

from __future__ import annotations

from dagster import Definitions, ResourceDefinition, in_process_executor

from emfair_assets.assets import ASSETS
from emfair_assets.failures import failures
from emfair_assets.jobs import process_experiment
from emfair_assets.resources import EmfairResource
from emfair_assets.upkeep import clean_up
from io_managers.containers import containers
from io_managers.tables import tables
from sensors.cleanup import cleanup
from sensors.failures import mark_cancelled, mark_failed
from sensors.reconciliation import reconciliation
from sensors.retries import retries
from sensors.uploads import uploads


def build(emfair: EmfairResource | ResourceDefinition | None = None) -> Definitions:
    """Assemble the code location.

    Parameters
    ----------
    emfair
        The stores; by default those of the environment, opened when a run asks for them.
    """
    return Definitions(
        assets=list(ASSETS),
        jobs=[process_experiment, clean_up],
        sensors=[uploads, mark_failed, mark_cancelled, retries, reconciliation, cleanup],
        executor=in_process_executor,
        resources={
            "emfair": emfair or EmfairResource(),
            "containers": containers(failures),
            "tables": tables(failures),
        },
    )


defs = build()
