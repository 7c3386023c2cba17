"""Home and the other pages at 200 %, and the tour without a mouse, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import settled
from tests.e2e.test_looks import ARTIFACTS, PAGES, Shown, shown  # noqa: F401
from ui_streamlit.components.tour import STEPS

pytestmark = pytest.mark.xdist_group("e2e")
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


def opened(chromium: Browser, url: str, **other: object) -> Page:
    context = chromium.new_context(**other)  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(url)
    page.locator(".em-foot").wait_for()
    settled(page)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_everything_is_there_at_200_percent(shown: Shown, chromium: Browser, name: str):  # noqa: F811
    url = f"{shown.url}/{PAGES[name].format_map(shown.made)}"
    page = opened(chromium, url, viewport={"width": 640, "height": 500}, device_scale_factor=2)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}-200-percent.png")
    assert page.evaluate(CUT_OFF) == []
    page.context.close()


def test_in_a_narrow_window_what_one_does_stands_below_a_sessions_words(
    shown: Shown,  # noqa: F811
    chromium: Browser,
):
    page = opened(chromium, shown.url, viewport={"width": 400, "height": 900})
    link = page.get_by_role("link", name="See why")
    words = page.locator(".em-brief").first
    expect(words).to_be_visible()
    above, below = words.bounding_box(), link.first.bounding_box()
    assert above is not None
    assert below is not None
    assert above["width"] > 200
    assert below["y"] >= above["y"] + above["height"]
    page.context.close()


def test_the_tour_is_gone_through_with_the_keyboard_and_does_not_come_back(
    shown: Shown,  # noqa: F811
    chromium: Browser,
):
    page = opened(chromium, shown.url)
    step = page.locator(".st-key-tour")
    expect(step).to_contain_text(STEPS[3].title)  # there are valid experiments already
    step.get_by_role("button", name="Back").focus()
    page.keyboard.press("Enter")
    expect(step).to_contain_text(STEPS[2].title)
    reach(page, "Skip the tour")
    page.keyboard.press("Enter")
    expect(step).to_have_count(0)
    page.reload()
    page.locator(".em-foot").wait_for()
    settled(page)
    expect(step).to_have_count(0)
    page.get_by_role("link", name="Take the tour").last.click()
    expect(step).to_contain_text(STEPS[0].title)
    step.get_by_role("button", name="Skip the tour").click()
    expect(step).to_have_count(0)
    page.context.close()


def reach(page: Page, name: str) -> None:
    """Go on with the tabulator until something of this name has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == name:
            return
    raise AssertionError(f"the keyboard does not come to {name}")
