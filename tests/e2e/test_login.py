"""Login as a person has it: a real provider, the app in a process of its own, a real browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from emfair.identity.principal import Kind, Principal
from emfair.identity.table import Action
from emfair.service.access import Granted
from emfair.service.nouns import referees
from emfair.service.reception import Reception
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.e2e.browser import chromium_path
from tests.e2e.test_up import CHROMIUM
from tests.services.held import free_port
from tests.services.oidc.provider import WEB, Provider, provider

pytestmark = pytest.mark.xdist_group("e2e")

ROOT = Path(__file__).parents[2]
CONTACT = "Stew Ward, room 204"


@dataclass
class Lab:
    """An emfair whose people log in."""

    url: str
    oidc: Provider
    services: Services
    made: dict[str, str]

    def link(self, name: str, **lasting: float) -> str:
        """Return a referee link to an experiment."""
        steward = Principal("local:stew", Kind.LOCAL, "Stew")
        with closing(Reception(self.services)) as reception:
            access = reception.of(steward)
        row = access.experiment(Action.SHARE_EXPERIMENT, self.made[name])
        until = self.services.now() + timedelta(**lasting)
        return referees.show_experiment(Granted(access, row), until).url


@contextmanager
def app(home: Path, port: int, **settings: str) -> Iterator[str]:
    """Run the app in a process until the block ends."""
    log = home / f"app-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ui_streamlit.app"],
            env={
                **{name: value for name, value in os.environ.items() if "EMFAIR_" not in name},
                "PYTHONPATH": str(ROOT),
                "EMFAIR_HOME": str(home),
                "EMFAIR_APP_PORT": str(port),
                **settings,
            },
            stdout=output,
            stderr=output,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        while not _answers(url):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_stcore/health").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def lab(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home, port = tmp_path_factory.mktemp("home"), free_port()
    with open_services(read_settings(home=home)) as opened:
        made = fill(opened, corpus, tmp_path_factory.mktemp("vendor"))
    with provider(callbacks=[f"http://127.0.0.1:{port}/oauth2callback"]) as oidc:
        known = {
            "EMFAIR_OIDC_ISSUER": oidc.url,
            "EMFAIR_OIDC_WEB_CLIENT_ID": WEB[0],
            "EMFAIR_OIDC_CLIENT_SECRET": WEB[1],
            "EMFAIR_CONTACT": CONTACT,
        }
        with app(home, port, **known) as url:
            settings = read_settings(home=home, oidc_issuer=oidc.url, app_port=port)
            with open_services(settings) as services:
                yield Lab(url, oidc, services, made)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context()
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def log_in(page: Page, name: str, button: str = "Log in") -> None:
    """Press the button, and do at the provider what a person does."""
    page.get_by_role("link", name=button, exact=True).click()
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(f"{name}-pw")
    page.get_by_role("button", name="Log in").click()


def test_a_deep_link_leads_through_the_login_back_to_itself(lab, page):
    deep = f"{lab.url}/experiment?id={lab.made['valid']}"
    page.goto(deep)
    page.get_by_role("heading", name="Electron microscopy").wait_for()
    log_in(page, "stew")
    page.wait_for_url(deep)
    page.get_by_role("button", name="Stew Ward").wait_for()
    picture = page.locator(".em-picture img").first
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
