"""NXem containers: streamed from the scratch folder into the lake; read back as what they are."""

from __future__ import annotations

from collections.abc import Callable

from dagster import (
    InitResourceContext,
    InputContext,
    IOManager,
    IOManagerDefinition,
    OutputContext,
    io_manager,
)

from emfair.model.documents import Conversion
from emfair.service.chain.convert import ContainerSet, store, stored
from emfair.service.services import Services
from io_managers import Failures


class ContainerIOManager(IOManager):
    """Stores a `ContainerSet`; loads the `Conversion` that names the containers in the lake."""

    def __init__(self, services: Callable[[], Services], failures: Failures) -> None:
        self._services = services
        self._failures = failures

    def handle_output(self, context: OutputContext, obj: ContainerSet) -> None:
        """Move containers and previews into the lake, the document that names them last."""
        with self._failures(context.step_context.previous_attempt_count):
            store(self._services(), obj)
        context.log.info("stored %d containers", len(obj.written))

    def load_input(self, context: InputContext) -> Conversion:
        """Return what the last conversion of this experiment left in the lake."""
        services = self._services()
        place, _ = services.registry.experiments.place(context.partition_key)
        return stored(services, place)


def containers(failures: Failures) -> IOManagerDefinition:
    """Containers, in the lake of ``emfair``; `failures` says what an error means to Dagster."""

    @io_manager(required_resource_keys={"emfair"})
    def manager(context: InitResourceContext) -> ContainerIOManager:
        return ContainerIOManager(lambda: context.resources.emfair.services, failures)

    return manager
