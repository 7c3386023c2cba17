"""Discover in a real browser: titles stay in sight and as they were typed, rows lead there."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from emfair.service import searches
from emfair.service.access import local_access
from emfair.service.services import Services
from tests.e2e.browser import Shown, show
from tests.e2e.test_looks import violations

MANY = "&".join(
    f"columns={key}"
    for key in ("acceleration_voltage", "magnification", "camera_length", "dwell_time", "defocus")
)
ADDRESSES = (
    "https://evil.example/x", "see (HTTP://a.b/c?d=e&f), Www.a.b; a.b-c+d@e-f.org!", "a@b@c.de",
    "mailto:a@b.c xmpp:a@b.cd/x", "**https://a.b** www.www.a.b",
)  # fmt: skip
TYPED = (
    "Si -> SiO", "SiO <- Si", "A <-> B", "before -- after", "->", "x >= 2 <= 3 ~= 4", "a -> -> b",
    ":smile: :+1:", ":material/home: :streamlit:", "$x$ and $$y$$", ":red[hot] :color[x]{y=z}",
    "**b** _i_ `c` ~~s~~", "# 1", "[a](b) <b> &amp; www.example.org", "C:\\data",
    *ADDRESSES,
)  # fmt: skip
"""Titles as people type them, all of which Markdown or Streamlit could read as something else."""
TABLE = f"discover?level=measurements&view=table&{MANY}"


@pytest.fixture(scope="module")
def furnish() -> Callable[[Services], None]:
    """Return what keeps a search under each of the titles."""

    def keep(services: Services) -> None:
        for title in TYPED:
            searches.keep_search(local_access(services), title, "view=table")

    return keep


@pytest.mark.parametrize("width", [1280, 640])
def test_a_wide_table_rolls_within_its_frame_and_titles_stay_in_sight(
    shown: Shown, window: Page, width: int
):
    show(window, shown.at(TABLE), width=width)
    frame = window.get_by_role("region", name="What is found")
    rolled = frame.evaluate("one => { one.scrollLeft = 9999; return one.scrollLeft }")
    assert rolled > 100, "it is wider than its frame"
    assert window.evaluate("document.documentElement.scrollWidth") <= width
    around = frame.bounding_box()
    title = window.get_by_role("link", name="test_diffraction_pattern").bounding_box()
    assert around is not None
    assert title is not None
    assert around["x"] <= title["x"] < around["x"] + 130
    assert violations(window) == []


@pytest.mark.parametrize("part", ["the picture", "a value"])
def test_any_place_of_a_row_leads_to_what_it_shows(shown: Shown, window: Page, part: str):
    show(window, shown.at(TABLE))
    row = window.get_by_role("row").filter(has_text="test_diffraction_pattern")
    place = row.get_by_text("320 mm") if part == "a value" else row.locator(".em-thumb")
    box = place.bounding_box()
    assert box is not None
    window.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(window.get_by_role("heading", name="test_diffraction_pattern")).to_be_visible()


def test_what_people_type_is_shown_as_they_typed_it(shown: Shown, window: Page):
    show(window, shown.at("discover"))
    window.get_by_role("button", name="Keep").click()
    kept = window.get_by_test_id("stPopoverBody").get_by_test_id("stPageLink").locator("p")
    expect(kept).to_have_count(len(TYPED))
    assert sorted(kept.all_inner_texts()) == sorted(TYPED)


def test_no_address_that_people_type_becomes_a_link(shown: Shown, window: Page):
    """Labels show links as text anyway; captions and titles would not."""
    told = " · ".join(ADDRESSES)
    show(window, f"{shown.url}/experiments?{urlencode({'reason': told})}")
    caption = window.get_by_text("Only for this reason")
    expect(caption).to_have_text(f"Only for this reason: {told}")
    expect(caption.locator("a")).to_have_count(0)
