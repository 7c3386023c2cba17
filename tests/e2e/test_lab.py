"""The lab's pages in a real browser: open forms, two people at one card, a double click."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from emfair.model.nouns import InstrumentCard
from emfair.service.access import local_access
from emfair.service.services import Services
from tests.e2e.browser import Shown, opened, settled, show
from tests.e2e.test_looks import ARTIFACTS, violations

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
def furnish() -> Callable[[Services], None]:
    """Return what puts up an instrument."""

    def put_up(services: Services) -> None:
        actor = local_access(services).subject
        services.registry.instruments.create("titan", card=TITAN, actor=actor)

    return put_up


def field(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True).last


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 640)])
@pytest.mark.parametrize("name", FORMS)
def test_everyone_can_use_a_form_that_is_open(
    shown: Shown, window: Page, name: str, scheme: str, width: int
):
    address, number = FORMS[name]
    show(window, shown.at(address), scheme=scheme, width=width)
    window.get_by_role("button", name="Edit").nth(number).click()
    window.get_by_role("button", name="Save").last.wait_for()
    settled(window)
    ARTIFACTS.mkdir(exist_ok=True)
    window.screenshot(path=ARTIFACTS / f"{name}-{scheme}.png", full_page=True)
    assert violations(window) == []


def test_an_instrument_looks_well_and_everyone_can_use_it(shown: Shown, window: Page):
    for scheme in ("light", "dark"):
        show(window, shown.at("instruments?id=titan"), scheme=scheme)
        window.screenshot(path=ARTIFACTS / f"instrument-{scheme}.png", full_page=True)
        assert violations(window) == []


def test_two_people_at_one_card_lose_nothing(shown: Shown, window: Page, chromium: Browser):
    mine = window
    with opened(chromium) as theirs:
        for page in (mine, theirs):
            show(page, shown.at("instruments?id=titan"))
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


def test_a_double_click_makes_one_token(shown: Shown, window: Page):
    show(window, shown.at("tokens"))
    field(window, "What it is for").fill("double click")
    window.get_by_text("Look at projects, samples").click()
    window.get_by_role("button", name="Make the token").dblclick()
    window.get_by_text("It is shown only now").wait_for()
    settled(window)
    assert re.search(r"emf_\w+", window.locator("code").first.inner_text())
    window.screenshot(path=ARTIFACTS / "token.png", full_page=True)
    assert violations(window) == []
    expect(window.locator(".em-badge", has_text="good")).to_have_count(1)


def test_the_browsers_address_names_what_is_shown_and_back_goes_back(shown: Shown, window: Page):
    show(window, shown.at("lake"))
    window.get_by_role("link", name="Quartz", exact=True).click()
    window.wait_for_url("**/lake?path=project%3Dquartz")
    proposal = window.get_by_role("link", name="2026-A")
    proposal.click()
    window.wait_for_url("**/lake?path=project%3Dquartz%2Fproposal%3D2026-a")
    sample = window.get_by_role("link", name="Quartz lamella")
    expect(sample).to_be_visible()
    settled(window)
    window.go_back()
    window.wait_for_url("**/lake?path=project%3Dquartz")
    expect(sample).to_have_count(0)  # of the page that leaves
    expect(proposal).to_have_count(1)
    settled(window)
    expect(proposal).to_have_count(1)


def test_a_file_of_the_lake_is_downloaded(shown: Shown, window: Page):
    folder = (
        "project%3Dquartz%2Fproposal%3D2026-a%2Fsample%3Dquartz-lamella%2F"
        f"experiment%3D{shown.made['needs-input']}%2Fraw%2Ffiles"
    )
    show(window, f"{shown.url}/lake?path={folder}")
    with window.expect_download() as download:
        window.get_by_role("link", name="Download").first.click()
    assert download.value.path().stat().st_size > 1000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rows_of_the_board_look_like_what_opens_and_open_by_keys(
    shown: Shown, window: Page, scheme: str
):
    show(window, shown.at("board"), scheme=scheme)
    row = window.get_by_role("button", name="Ceria")
    assert row.evaluate("one => getComputedStyle(one, '::after').borderRightWidth") == "2px"
    row.hover()
    expect(row.locator("p")).to_have_css("text-decoration-line", "underline")
    window.mouse.move(0, 0)
    row.focus()
    window.keyboard.press("Shift+Tab")
    window.keyboard.press("Tab")  # so that the focus is one of the keyboard
    expect(row).to_have_css("outline-style", "solid")
    window.keyboard.press("Enter")
    window.wait_for_url("**/board?project=ceria")
    expect(window.get_by_role("button", name="2026-A")).to_be_visible()
