"""A server whose listeners hear quickly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emfair.api.app import create_app
from emfair.api.listeners import Listeners
from emfair.lake.memory import MemoryLake
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.events.hearing import FAST, Home
from tests.api.server import serving
from tests.services.registries import furnished


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with open_services(
        read_settings(home=furnished(tmp_path / "home")), lake=MemoryLake()
    ) as services:
        listeners = Listeners(services, most=3, **FAST)
        with serving(create_app(services, listeners=listeners)) as url:
            yield Home(f"{url}/api/v1", services, listeners)
