"""NXem containers: streamed from the scratch folder into the lake; read back as what they are."""

from __future__ import annotations

from collections.abc import Callable

from dagster import InitResourceContext, InputContext, IOManager, OutputContext, io_manager

from emfair.model.documents import Conversion
from emfair.service.chain.convert import ContainerSet, store, stored
from emfair.service.services import Services


class ContainerIOManager(IOManager):
    """Stores a `ContainerSet`; loads the `Conversion` that names the containers in the lake."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._services = services

    def handle_output(self, context: OutputContext, obj: ContainerSet) -> None:
        """Move containers and previews into the lake, the document that names them last."""
        store(self._services(), obj)
        context.log.info(f"stored {len(obj.written)} containers")

    def load_input(self, context: InputContext) -> Conversion:
        """Return what the last conversion of this experiment left in the lake."""
        services = self._services()
        place, _ = services.registry.experiments.place(context.partition_key)
        return stored(services, place)


@io_manager(required_resource_keys={"emfair"})
def containers(context: InitResourceContext) -> ContainerIOManager:
    """Containers, in the lake of the resource ``emfair``."""
    return ContainerIOManager(lambda: context.resources.emfair.services)
