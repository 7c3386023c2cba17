"""A draft in a lake of each kind behind a real server; how files are announced to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from emfair.api.app import create_app
from emfair.lake.base import Lake
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.server import serving
from tests.api.uploads.sending import WHEN, WHERE
from tests.lake.conftest import (  # noqa: F401  fixtures of the lakes
    kind,
    lake,
    s3_endpoint,
)
from tests.services.registries import furnished


@pytest.fixture
def services(tmp_path, lake: Lake) -> Iterator[Services]:  # noqa: F811
    with open_services(read_settings(home=furnished(tmp_path / "home")), lake=lake) as opened:
        yield opened


@pytest.fixture
def client(services: Services) -> Iterator[httpx.Client]:
    with (
        serving(create_app(services)) as url,
        httpx.Client(base_url=f"{url}/api/v1", timeout=60) as client,
    ):
        yield client


@pytest.fixture
def draft(client: httpx.Client) -> str:
    return str(client.post("/experiments", json=WHERE).raise_for_status().json()["id"])


@pytest.fixture
def announce(client: httpx.Client, draft: str) -> Callable[..., dict[str, Any]]:
    """Return a function that announces one file of these bytes; the answer is its upload."""

    def announced(content: bytes, name: str = "session/scan.dm4", **more: str) -> dict[str, Any]:
        file = {"name": name, "size": len(content), "modified_at": WHEN, **more}
        answer = client.post(f"/experiments/{draft}/uploads", json={"files": [file]})
        return dict(answer.raise_for_status().json()["uploads"][0])

    return announced
