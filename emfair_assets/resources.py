"""emfair's stores as a Dagster resource: opened when a run first asks, closed at its end."""

from contextlib import ExitStack
from pathlib import Path

from dagster import ConfigurableResource, InitResourceContext
from pydantic import PrivateAttr

from emfair.service.services import Services, open_services
from emfair.settings import read_settings


class EmfairResource(ConfigurableResource[Services]):
    """Lake, registry and index, from the environment (``EMFAIR_…``); each field overrides one."""

    home: str = ""
    lake_url: str = ""
    registry_url: str = ""

    _stack: ExitStack = PrivateAttr(default_factory=ExitStack)
    _services: Services | None = PrivateAttr(default=None)

    @property
    def services(self) -> Services:
        """The stores; opened once a process."""
        if self._services is None:
            given = {"lake_url": self.lake_url, "registry_url": self.registry_url}
            overrides: dict[str, object] = {name: url for name, url in given.items() if url}
            if self.home:
                overrides["home"] = Path(self.home)
            self._services = self._stack.enter_context(open_services(read_settings(**overrides)))
        return self._services

    def teardown_after_execution(self, context: InitResourceContext) -> None:  # noqa: ARG002  Dagster's
        """Close the stores."""
        self._services = None
        self._stack.close()
