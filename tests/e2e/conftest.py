"""The browser, one for a module, with a window in it; and the app that it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.e2e.browser import CHROMIUM, Shown, app, chromium_path, opened
from tests.services.held import free_port


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Page]:
    """Yield a window in which a module's tests show one page after the other.

    Like a person's, it keeps what it has loaded; that is two thirds of what a page costs.
    """
    with opened(chromium) as page:
        yield page


@pytest.fixture(scope="module")
def furnish() -> Callable[[Services], None]:
    """Return what is done to the home before it is shown: nothing, where a module says no more."""
    return lambda _: None


@pytest.fixture(scope="module")
def shown(
    furnish: Callable[[Services], None],
    corpus: Path,
    run_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shown]:
    """Yield an app over a filled home of the module's own."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    made = fill(home, corpus, run_folder)
    with open_services(read_settings(home=home)) as services:
        furnish(services)
    with app(home, port) as url:
        yield Shown(url, made)
