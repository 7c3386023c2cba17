"""Login as a person has it: a real provider, the app in a process of its own, a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from emfair.identity.principal import Kind, Principal
from emfair.identity.table import Action
from emfair.service.access import Granted
from emfair.service.nouns import referees
from emfair.service.reception import Reception
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.e2e.browser import CONTACT, app, log_in, login_settings
from tests.services.held import free_port
from tests.services.oidc.provider import WEB, Provider, provider

ROOT = Path(__file__).parents[2]


@dataclass
class Lab:
    """An emfair whose people log in; on the port `hasty` another can, which the provider knows."""

    url: str
    oidc: Provider
    services: Services
    made: dict[str, str]
    hasty: int

    def link(self, name: str, **lasting: float) -> referees.NewLink:
        """Return a referee link to an experiment."""
        steward = Principal("local:stew", Kind.LOCAL, "Stew")
        with closing(Reception(self.services)) as reception:
            access = reception.of(steward)
        row = access.experiment(Action.SHARE_EXPERIMENT, self.made[name])
        until = self.services.now() + timedelta(**lasting)
        return referees.show_experiment(Granted(access, row), until)


@pytest.fixture(scope="module")
def lab(corpus: Path, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home, port, hasty = tmp_path_factory.mktemp("home"), free_port(), free_port()
    made = fill(home, corpus, run_folder)
    callbacks = [f"http://127.0.0.1:{one}/oauth2callback" for one in (port, hasty)]
    with provider(callbacks=callbacks) as oidc, app(home, port, **login_settings(oidc)) as url:
        settings = read_settings(home=home, oidc_issuer=oidc.url, app_port=port)
        with open_services(settings) as services:
            yield Lab(url, oidc, services, made, hasty)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context()
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def is_shown(page: Page) -> bool:
    """Whether the first picture of the page has arrived."""
    picture = page.locator(".em-picture img").first
    picture.wait_for()
    width = picture.evaluate("image => image.decode().then(() => image.naturalWidth, () => 0)")
    return int(width) > 0


def test_a_deep_link_leads_through_the_login_back_to_itself(lab, page):
    deep = f"{lab.url}/experiment?id={lab.made['valid']}"
    page.goto(deep)
    page.get_by_role("heading", name="Electron microscopy").wait_for()
    log_in(page, "stew")
    page.wait_for_url(deep)
    page.get_by_role("button", name="Stew Ward").wait_for()
    page.get_by_role("heading", name="Diffraction of quartz").wait_for()
    assert is_shown(page)
    assert lab.oidc.asked("code_challenge_method=S256") >= 1
    assert lab.oidc.asked("prompt=") == 0


def test_nothing_of_what_is_inside_reaches_a_stranger(lab, page):
    heard: list[bytes] = []

    def hear(frame: str | bytes) -> None:
        heard.append(frame.encode() if isinstance(frame, str) else frame)

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    page.goto(f"{lab.url}/experiments?text=quartz")
    page.get_by_role("link", name="Log in").wait_for()
    said = b"".join(heard)
    assert b"em-door" in said, "frames were heard"
    for word in (b"Diffraction", b"Ceria", b"SQL", b"file://", *map(str.encode, lab.made.values())):
        assert word not in said
    picture = f"{lab.url}/api/v1/experiments/{lab.made['valid']}/preview.png"
    assert page.request.get(picture).status == 404


def test_a_name_is_text_wherever_it_stands(lab, page):
    page.goto(lab.url)
    log_in(page, "odd")
    page.get_by_role("button", name="Dr. Ümit *Öz* <b> :red[x]").wait_for()


def test_whoever_logs_out_is_out_here_at_the_provider_and_in_other_windows(lab, context):
    page, other = context.new_page(), context.new_page()
    page.goto(f"{lab.url}/sql")
    log_in(page, "stew")
    page.get_by_role("heading", name="Ask the index").wait_for()
    other.goto(f"{lab.url}/experiments")
    other.get_by_role("region", name="Experiments").wait_for()
    cookies = context.cookies()

    page.get_by_role("button", name="Stew Ward").click()
    page.get_by_role("menuitem", name="Log out").click()
    page.get_by_role("button", name="Log out").click()  # the provider asks
    page.get_by_role("heading", name="Electron microscopy").wait_for()
    assert page.url == f"{lab.url}/"
    assert [one["name"] for one in context.cookies(lab.url) if "user" in one["name"]] == []

    other.get_by_role("link", name="SQL").click()
    other.get_by_role("heading", name="Your login has ended").wait_for()

    stolen = {
        one["name"]: one["value"] for one in cookies if one["name"].startswith("_streamlit_u")
    }
    me = httpx.get(f"{lab.url}/api/v1/me", cookies=stolen).json()
    assert (me["subject"], bool(stolen)) == ("", True)

    log_in(page, "nobody")  # the provider asks who it is
    page.get_by_role("button", name="No Groups").wait_for()


def test_a_login_that_has_ended_says_so_and_leads_back_to_the_same_page(lab, page):
    home = lab.services.settings.home
    with app(home, lab.hasty, EMFAIR_LOGIN_HOURS="0.006", **login_settings(lab.oidc)) as url:
        deep = f"{url}/sql?sql=SELECT+count%28%2A%29+AS+n+FROM+files"
        page.goto(deep)
        log_in(page, "stew")
        page.get_by_text("1 row.").wait_for()
        page.wait_for_timeout(22_000)
        page.get_by_role("button", name="Ask").click()
        page.get_by_role("heading", name="Your login has ended").wait_for()
        expect(page.get_by_text("1 row.")).to_have_count(0)  # what leaves goes last
        page.get_by_role("link", name="Log in again").click()
        page.get_by_text("1 row.").wait_for()  # the provider still knows who it is
        assert page.url == deep


def test_someone_without_any_role_is_told_whom_to_ask(lab, page):
    page.goto(lab.url)
    log_in(page, "nobody")
    page.get_by_text("You are in no project yet, No Groups.").wait_for()
    page.get_by_text(CONTACT).wait_for()
    page.get_by_role("link", name="Experiments").click()
    page.get_by_role("heading", name="Experiments", exact=True).wait_for()
    expect(page.get_by_role("heading", name="What needs you")).to_have_count(0)
    expect(page.get_by_text("No experiments yet")).to_have_count(1)  # home says so, too


def test_a_referee_link_shows_what_it_shows_and_leaves_the_address(lab, page):
    made = lab.link("valid", days=1)
    page.goto(made.url)
    page.get_by_role("heading", name="Diffraction of quartz").wait_for()
    assert page.url == f"{lab.url}/experiment?id={lab.made['valid']}"
    assert page.evaluate("history.length") <= 2
    assert is_shown(page)
    page.reload()
    page.get_by_text("by a referee link").wait_for()
    page.goto(f"{lab.url}/experiment?id={lab.made['invalid']}")
    page.get_by_text("there is no such experiment").wait_for()

    lab.services.registry.referees.revoke(made.link.id, actor="local:stew")
    page.reload()
    page.get_by_role("heading", name="This link shows nothing any more").wait_for()
    log_in(page, "stew")
    page.get_by_role("button", name="Stew Ward").wait_for()
    expect(page.get_by_text("by a referee link")).to_have_count(0)


def test_a_referee_can_stop_looking(lab, page):
    page.goto(lab.link("valid", days=1).url)
    page.get_by_role("link", name="Stop looking").click()
    page.get_by_role("heading", name="Electron microscopy").wait_for()


@pytest.mark.parametrize("query", ["error=access_denied&state=x", "code=x&state=x"])
def test_a_login_that_failed_says_so_at_the_page_that_was_asked_for(lab, page, query):
    page.goto(f"{lab.url}/sql?sql=SELECT+1")
    page.get_by_role("link", name="Log in").click()
    page.locator("input[name=username]").wait_for()
    page.goto(f"{lab.url}/oauth2callback?{query}")
    page.get_by_text("That login did not work.").wait_for()
    assert page.url == f"{lab.url}/sql?sql=SELECT+1&login=failed"
    log_in(page, "stew")
    page.get_by_role("heading", name="Ask the index").wait_for()
    assert page.url == f"{lab.url}/sql?sql=SELECT+1"


@pytest.mark.parametrize(
    "to", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:x"]
)
def test_a_login_leads_nowhere_else(lab, page, to):
    page.goto(f"{lab.url}/login?{urlencode({'to': to})}")
    page.locator("input[name=username]").fill("stew")
    page.locator("input[name=password]").fill("stew-pw")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Stew Ward").wait_for()
    assert page.url == f"{lab.url}/"


def test_another_name_of_this_machine_leads_to_the_one_that_the_provider_knows(lab, page):
    page.goto(f"{lab.url.replace('127.0.0.1', 'localhost')}/sql")
    log_in(page, "stew")
    page.wait_for_url(f"{lab.url}/sql")
    page.get_by_role("heading", name="Ask the index").wait_for()


def test_the_secret_of_cookies_is_kept_for_its_owner_alone(lab):
    file = lab.services.settings.home / "cookie-secret"
    assert file.stat().st_mode & 0o777 == 0o600
    for log in lab.services.settings.home.glob("*.log"):
        assert file.read_text() not in log.read_text()
        assert WEB[1] not in log.read_text()
