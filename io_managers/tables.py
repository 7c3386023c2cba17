"""Arrow tables: an experiment's rows replace those it had in the index, as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dagster import (
    InitResourceContext,
    InputContext,
    IOManager,
    IOManagerDefinition,
    OutputContext,
    io_manager,
)

from emfair.service.chain.index import ExperimentRows, publish, published
from emfair.service.services import Services
from io_managers import Failures

if TYPE_CHECKING:
    import pyarrow as pa


class TableIOManager(IOManager):
    """Stores `ExperimentRows`; loads an experiment's rows of all six tables."""

    def __init__(self, services: Callable[[], Services], failures: Failures) -> None:
        self._services = services
        self._failures = failures

    def handle_output(self, context: OutputContext, obj: ExperimentRows) -> None:
        """Replace the experiment's rows, publish the snapshot, set the experiment's state."""
        with self._failures(context.step_context.previous_attempt_count):
            changed = publish(self._services(), obj)
        context.log.info(
            "the index has new rows" if changed else "the index had these rows already"
        )

    def load_input(self, context: InputContext) -> dict[str, pa.Table]:
        """Return the rows of this experiment, by table."""
        return published(self._services(), context.partition_key)


def tables(failures: Failures) -> IOManagerDefinition:
    """Tables, in the index of ``emfair``; `failures` says what an error means to Dagster."""

    @io_manager(required_resource_keys={"emfair"})
    def manager(context: InitResourceContext) -> TableIOManager:
        return TableIOManager(lambda: context.resources.emfair.services, failures)

    return manager
