"""The API over a filled lake, behind a real server: what a client sees is what is tested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from emfair.api.app import create_app
from emfair.registry import ExperimentEdit
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.api.hall import Hall, open_hall
from tests.api.server import serving
from tests.services.oidc.provider import Provider, provider


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def made(filled_home: Path, corpus: Path, run_folder: Path) -> dict[str, str]:
    """Return the experiments' identifiers: valid, needs-input, invalid, sealed."""
    return fill(filled_home, corpus, run_folder)


@pytest.fixture(scope="session")
def services(filled_home: Path, made: dict[str, str]) -> Iterator[Services]:
    with open_services(read_settings(home=filled_home)) as opened:
        yield opened


@pytest.fixture(scope="session")
def client(services: Services, made: dict[str, str]) -> Iterator[httpx.Client]:
    with (
        serving(create_app(services)) as url,
        httpx.Client(base_url=f"{url}/api/v1", timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def oidc() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def hall(
    request: pytest.FixtureRequest, oidc: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hall]:
    """Yield a server with a real login service; tests of a module share it, and make their own."""
    with open_hall(oidc, tmp_path_factory.mktemp("hall"), request.param) as opened:
        yield opened


@pytest.fixture
def shared(hall: Hall) -> tuple[str, str, str]:
    """Return a project that bob views, and two experiments of ada's: plain, and restricted."""
    project = hall.project()
    plain, secret = hall.sealed(project, "Plain words"), hall.sealed(project, "Secret words")
    row = hall.services.registry.experiments.get(secret)
    hall.services.registry.experiments.edit(
        secret, row.version, ExperimentEdit(restricted=True), actor=hall.subject("ada")
    )
    hall.join(project, "bob", "viewer")
    return project, plain, secret
