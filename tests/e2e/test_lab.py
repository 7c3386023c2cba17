"""The lab's pages in a real browser: open forms, two people at one card, a double click."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from emfair.model.nouns import InstrumentCard
from emfair.service.access import local_access
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.e2e.browser import app, settled
from tests.e2e.test_looks import ARTIFACTS, Shown, violations
from tests.services.held import free_port

pytestmark = pytest.mark.xdist_group("e2e")
TITAN = InstrumentCard.model_validate(
    {
        "title": "Titan",
        "model": {"name": "Titan 80-300"},
        "landing_page": "https://example.org/titan",
        "alternate_identifiers": [{"identifier": "3122", "type": "SerialNumber"}],
        "profile": {"measurement": {"acceleration_voltage": "300 kV"}},
    }
)
SAMPLE = "board?project=quartz&proposal=2026-a&sample=quartz-lamella"
FORMS = {
    "project-form": (SAMPLE, 0),
    "sample-form": (SAMPLE, 2),
    "experiment-form": (SAMPLE, 3),
    "instrument-form": ("instruments?id=titan", 0),
}


@pytest.fixture(scope="module")
def shown(
    corpus: Path, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shown]:
    home, port = tmp_path_factory.mktemp("home"), free_port()
    made = fill(home, corpus, run_folder)
    with open_services(read_settings(home=home)) as services:
        actor = local_access(services).subject
        services.registry.instruments.create("titan", card=TITAN, actor=actor)
    with app(home, port) as url:
        yield Shown(url, made)


@contextmanager
def looking(chromium: Browser, scheme: str = "light", width: int = 1280) -> Iterator[Page]:
    """Yield a window."""
    context = chromium.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 1000},
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def visit(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".em-foot").wait_for()
    settled(page)


def field(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True).last


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 640)])
@pytest.mark.parametrize("name", FORMS)
def test_everyone_can_use_a_form_that_is_open(
    shown: Shown, chromium: Browser, name: str, scheme: str, width: int
):
    address, number = FORMS[name]
    with looking(chromium, scheme, width) as page:
        visit(page, f"{shown.url}/{address}")
        page.get_by_role("button", name="Edit").nth(number).click()
        page.get_by_role("button", name="Save").last.wait_for()
        settled(page)
        ARTIFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTIFACTS / f"{name}-{scheme}.png", full_page=True)
        assert violations(page) == []


def test_an_instrument_looks_well_and_everyone_can_use_it(shown: Shown, chromium: Browser):
    for scheme in ("light", "dark"):
        with looking(chromium, scheme) as page:
            visit(page, f"{shown.url}/instruments?id=titan")
            page.screenshot(path=ARTIFACTS / f"instrument-{scheme}.png", full_page=True)
            assert violations(page) == []


def test_two_people_at_one_card_lose_nothing(shown: Shown, chromium: Browser):
    with looking(chromium) as mine, looking(chromium) as theirs:
        for page in (mine, theirs):
            visit(page, f"{shown.url}/instruments?id=titan")
            page.get_by_role("button", name="Edit").click()
            field(page, "Title").wait_for()
            settled(page)
        field(theirs, "Title").fill("Titan, Room 3")
        theirs.get_by_role("button", name="Save").click()
        theirs.get_by_role("heading", name="Titan, Room 3").wait_for()
        mine.get_by_text("Card by PIDINST").click()
        field(mine, "Landing page").fill("https://example.org/titan-2")
        mine.get_by_role("button", name="Save").click()
        mine.get_by_text("Someone changed it meanwhile").wait_for()
        settled(mine)
        mine.screenshot(path=ARTIFACTS / "conflict.png", full_page=True)
        expect(field(mine, "Title")).to_have_value("Titan, Room 3")
        expect(field(mine, "Landing page")).to_have_value("https://example.org/titan-2")
        expect(field(mine, "Landing page")).to_be_visible()
        mine.get_by_role("button", name="Save").click()
        mine.get_by_role("heading", name="Titan, Room 3").wait_for()
        expect(mine.get_by_text("https://example.org/titan-2")).to_be_visible()


def test_a_double_click_makes_one_token(shown: Shown, chromium: Browser):
    with looking(chromium) as page:
        visit(page, f"{shown.url}/tokens")
        field(page, "What it is for").fill("double click")
        page.get_by_text("Look at projects, samples").click()
        page.get_by_role("button", name="Make the token").dblclick()
        page.get_by_text("It is shown only now").wait_for()
        settled(page)
        assert re.search(r"emf_\w+", page.locator("code").first.inner_text())
        page.screenshot(path=ARTIFACTS / "token.png", full_page=True)
        assert violations(page) == []
        expect(page.locator(".em-badge", has_text="good")).to_have_count(1)


def test_the_browsers_address_names_what_is_shown_and_back_goes_back(
    shown: Shown, chromium: Browser
):
    with looking(chromium) as page:
        visit(page, f"{shown.url}/lake")
        page.get_by_role("link", name="Quartz", exact=True).click()
        page.wait_for_url("**/lake?path=project%3Dquartz")
        proposal = page.get_by_role("link", name="2026-A")
        proposal.click()
        page.wait_for_url("**/lake?path=project%3Dquartz%2Fproposal%3D2026-a")
        sample = page.get_by_role("link", name="Quartz lamella")
        expect(sample).to_be_visible()
        settled(page)
        page.go_back()
        page.wait_for_url("**/lake?path=project%3Dquartz")
        expect(sample).to_have_count(0)  # of the page that leaves
        expect(proposal).to_have_count(1)
        settled(page)
        expect(proposal).to_have_count(1)


def test_a_file_of_the_lake_is_downloaded(shown: Shown, chromium: Browser):
    folder = (
        "project%3Dquartz%2Fproposal%3D2026-a%2Fsample%3Dquartz-lamella%2F"
        f"experiment%3D{shown.made['needs-input']}%2Fraw%2Ffiles"
    )
    with looking(chromium) as page:
        visit(page, f"{shown.url}/lake?path={folder}")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download").first.click()
        assert download.value.path().stat().st_size > 1000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rows_of_the_board_look_like_what_opens_and_open_by_keys(
    shown: Shown, chromium: Browser, scheme: str
):
    with looking(chromium, scheme) as page:
        visit(page, f"{shown.url}/board")
        row = page.get_by_role("button", name="Ceria")
        assert row.evaluate("one => getComputedStyle(one, '::after').borderRightWidth") == "2px"
        row.hover()
        expect(row.locator("p")).to_have_css("text-decoration-line", "underline")
        page.mouse.move(0, 0)
        row.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")  # so that the focus is one of the keyboard
        expect(row).to_have_css("outline-style", "solid")
        page.keyboard.press("Enter")
        page.wait_for_url("**/board?project=ceria")
        expect(page.get_by_role("button", name="2026-A")).to_be_visible()
