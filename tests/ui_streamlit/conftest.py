"""The pages over a filled lake, run by Streamlit's AppTest: logic, not looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.services.registries import furnished
from ui_streamlit import stores

SCRIPT = Path(stores.__file__).parent / "entry" / "script.py"
Open = Callable[..., AppTest]


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


@pytest.fixture
def page(services: Services, made: dict[str, str]) -> Iterator[Open]:
    """Return a function that opens a page of the filled app: its name, then its address' query."""
    with stores.use(services):
        yield open_page


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Services]:
    """Yield empty stores, which pages are shown over."""
    home = furnished(tmp_path)
    with open_services(read_settings(home=home)) as services, stores.use(services):
        yield services


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Services]:
    """Yield empty stores of an emfair where people log in, which pages are shown over."""
    from tests.ui_streamlit.lab import open_lab  # here: it imports this module

    with open_lab(tmp_path / "home") as services:
        yield services


@pytest.fixture
def empty(opened: Services) -> Open:
    """Return the same over empty stores."""
    return open_page


def open_page(name: str = "home", **query: str) -> AppTest:
    app = AppTest.from_file(str(SCRIPT), default_timeout=30).run()
    if name != "home":
        app.switch_page(f"../pages/{name}.py")
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert not any("defect in emfair" in one.value for one in app.error)
    return app
