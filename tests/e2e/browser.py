"""The app in a process of its own, and the browser that looks at it: Debian's Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.oidc.provider import WEB, Provider

ROOT = Path(__file__).parents[2]
CONTACT = "Stew Ward, room 204"
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

INSTALL = "apt-get install -y --no-install-recommends chromium"


def chromium_path() -> Path:
    """Return the browser; without one the test is skipped by name, on CI it fails."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return Path(found)
    reason = f"needs Chromium: {INSTALL}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Shown:
    """An app over a filled home, and what lies in it."""

    url: str
    made: dict[str, str]

    def at(self, path: str) -> str:
        """Return the address of a page; its path may name an experiment by its state."""
        return f"{self.url}/{path.format_map(self.made)}"


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
        with httpx.Client(base_url=url) as client:
            while not _answers(client):
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/_stcore/health").status_code == 200
    except httpx.TransportError:
        return False


def login_settings(oidc: Provider) -> dict[str, str]:
    """Return the settings of an app whose people log in there."""
    return {
        "EMFAIR_OIDC_ISSUER": oidc.url,
        "EMFAIR_OIDC_WEB_CLIENT_ID": WEB[0],
        "EMFAIR_OIDC_CLIENT_SECRET": WEB[1],
        "EMFAIR_CONTACT": CONTACT,
        "EMFAIR_PROJECTS": "anyone",
    }


def log_in(page: Page, name: str, button: str = "Log in") -> None:
    """Press the button, and do at the provider what a person does."""
    page.get_by_role("link", name=button, exact=True).click()
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(f"{name}-pw")
    page.get_by_role("button", name="Log in").click()


def type_new(page: Page, label: str, text: str) -> None:
    """Type what there is not yet into a list; once the page has heard of it, it says so."""
    field = page.get_by_role("combobox", name=label)
    field.click()
    field.fill(text)
    field.press("Enter")
    expect(field).to_have_value(re.compile(rf"^{re.escape(text)}( \(new\))?$"))


@contextmanager
def opened(chromium: Browser, **looks: object) -> Iterator[Page]:
    """Yield a window that has loaded nothing yet."""
    context = chromium.new_context(**looks)  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def show(
    page: Page, address: str, *, scheme: str = "light", width: int = 1280, height: int = 1000
) -> None:
    """Show an address in a window, whatever it has shown before, and wait for all of it."""
    page.mouse.move(0, 0)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    whole(page)


def whole(page: Page) -> None:
    """Wait until a page is all there, to its last line."""
    page.locator(".em-foot").wait_for()
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page is whole: widgets come one by one, what leaves goes last.

    A click's run may begin only after a moment, and its page fades in: half a second long nothing
    runs and nothing is missing.
    """
    end = time.monotonic() + 60
    still = 0
    while still < 5:
        assert time.monotonic() < end, "the page does not come to rest"
        page.wait_for_timeout(100)
        still = still + 1 if page.evaluate(_IS_STILL) else 0


_IS_STILL = """() =>
  document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton],'
    + '[data-testid=stSpinner], [data-stale=true]')"""
