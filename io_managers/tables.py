"""Arrow tables: an experiment's rows replace those it had in the index, as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dagster import InitResourceContext, InputContext, IOManager, OutputContext, io_manager

from emfair.service.chain.index import ExperimentRows, publish, published
from emfair.service.services import Services

if TYPE_CHECKING:
    import pyarrow as pa


class TableIOManager(IOManager):
    """Stores `ExperimentRows`; loads an experiment's rows of all five tables."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._services = services

    def handle_output(self, context: OutputContext, obj: ExperimentRows) -> None:
        """Replace the experiment's rows, publish the snapshot, set the experiment's state."""
        changed = publish(self._services(), obj)
        context.log.info("the index has new rows" if changed else "the index had these rows already")

    def load_input(self, context: InputContext) -> dict[str, pa.Table]:
        """Return the rows of this experiment, by table."""
        return published(self._services(), context.partition_key)


@io_manager(required_resource_keys={"emfair"})
def tables(context: InitResourceContext) -> TableIOManager:
    """Tables, in the index of the resource ``emfair``."""
    return TableIOManager(lambda: context.resources.emfair.services)
