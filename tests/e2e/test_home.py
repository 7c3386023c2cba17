"""Home and the other pages at 200 %, and the tour without a mouse, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import Shown, opened, show, whole
from tests.e2e.test_looks import ARTIFACTS, PAGES
from ui_streamlit.components.tour import STEPS

CUT_OFF = """
() => {
  const main = document.querySelector("[data-testid=stMain]");
  const told = main.scrollWidth > main.clientWidth ? [`the page is ${main.scrollWidth} wide`] : [];
  const rolls = (one) => one && one !== main &&
    (["auto", "scroll"].includes(getComputedStyle(one).overflowX) || rolls(one.parentElement));
  for (const one of main.querySelectorAll("h1, h2, h3, p, a, button, label, input, textarea")) {
    const box = one.getBoundingClientRect();
    const seen = box.width > 1 && getComputedStyle(one).visibility !== "hidden";
    if (seen && (box.right > innerWidth + 1 || box.left < -1) && !rolls(one))
      told.push(`${one.tagName} ${one.textContent.slice(0, 40)} ends at ${box.right}`);
  }
  return told;
}
"""
"""What does not fit into the window, without what rolls by itself."""


@pytest.fixture(scope="module")
def magnified(chromium: Browser) -> Iterator[Page]:
    """Yield a window whose points are four of the screen's."""
    with opened(chromium, device_scale_factor=2) as page:
        yield page


@pytest.mark.parametrize("name", PAGES)
def test_everything_is_there_at_200_percent(shown: Shown, magnified: Page, name: str):
    show(magnified, shown.at(PAGES[name]), width=640, height=500)
    ARTIFACTS.mkdir(exist_ok=True)
    magnified.screenshot(path=ARTIFACTS / f"{name}-200-percent.png")
    assert magnified.evaluate(CUT_OFF) == []


def test_in_a_narrow_window_what_one_does_stands_below_a_sessions_words(shown: Shown, window: Page):
    show(window, shown.url, width=400, height=900)
    link = window.get_by_role("link", name="See why")
    words = window.locator(".em-brief").first
    expect(words).to_be_visible()
    above, below = words.bounding_box(), link.first.bounding_box()
    assert above is not None
    assert below is not None
    assert above["width"] > 200
    assert below["y"] >= above["y"] + above["height"]


def test_the_tour_is_gone_through_with_the_keyboard_and_does_not_come_back(
    shown: Shown, window: Page
):
    show(window, shown.url, height=720)
    step = window.locator(".st-key-tour")
    expect(step).to_contain_text(STEPS[3].title)  # there are valid experiments already
    step.get_by_role("button", name="Back").focus()
    window.keyboard.press("Enter")
    expect(step).to_contain_text(STEPS[2].title)
    reach(window, "Skip the tour")
    window.keyboard.press("Enter")
    expect(step).to_have_count(0)
    window.reload()
    whole(window)
    expect(step).to_have_count(0)
    window.get_by_role("link", name="Take the tour").last.click()
    expect(step).to_contain_text(STEPS[0].title)
    step.get_by_role("button", name="Skip the tour").click()
    expect(step).to_have_count(0)


def reach(page: Page, name: str) -> None:
    """Go on with the tabulator until something of this name has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == name:
            return
    raise AssertionError(f"the keyboard does not come to {name}")
