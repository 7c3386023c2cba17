"""The pages over a filled lake, run by Streamlit's AppTest: logic, not looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from ui_streamlit import stores

SCRIPT = Path(stores.__file__).parent / "entry" / "script.py"
Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with open_services(read_settings(home=tmp_path_factory.mktemp("home"))) as opened:
        yield opened


@pytest.fixture(scope="session")
def made(
    services: Services, corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Return the experiments' identifiers: valid, needs-input, invalid, sealed."""
    return fill(services, corpus, tmp_path_factory.mktemp("vendor"))


@pytest.fixture
def page(services: Services, made: dict[str, str]) -> Iterator[Open]:
    """Return a function that opens a page of the filled app: its name, then its address' query."""
    with stores.use(services):
        yield open_page


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Open]:
    """Return the same over empty stores."""
    with open_services(read_settings(home=tmp_path)) as opened, stores.use(opened):
        yield open_page


def open_page(name: str = "home", **query: str) -> AppTest:
    app = AppTest.from_file(str(SCRIPT), default_timeout=30).run()
    if name != "home":
        app.switch_page(f"../pages/{name}.py")
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app
