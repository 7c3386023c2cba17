"""Discover in a real browser: titles stay in sight and as they were typed, rows lead there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from emfair.service import searches
from emfair.service.access import local_access
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.e2e.browser import app, settled
from tests.e2e.test_looks import Shown, violations
from tests.services.held import free_port

pytestmark = pytest.mark.xdist_group("e2e")
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
def shown(
    corpus: Path, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shown]:
    home, port = tmp_path_factory.mktemp("home"), free_port()
    made = fill(home, corpus, run_folder)
    with open_services(read_settings(home=home)) as services:
        for title in TYPED:
            searches.keep_search(local_access(services), title, "view=table")
    with app(home, port) as url:
        yield Shown(url, made)


@contextmanager
def looking(chromium: Browser, address: str, width: int = 1280) -> Iterator[Page]:
    """Yield a window that shows an address."""
    context = chromium.new_context(viewport={"width": width, "height": 1000})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(address)
    page.locator(".em-foot").wait_for()
    settled(page)
    yield page
    context.close()


@pytest.mark.parametrize("width", [1280, 640])
def test_a_wide_table_rolls_within_its_frame_and_titles_stay_in_sight(
    shown: Shown, chromium: Browser, width: int
):
    with looking(chromium, f"{shown.url}/{TABLE}", width) as page:
        frame = page.get_by_role("region", name="What is found")
        rolled = frame.evaluate("one => { one.scrollLeft = 9999; return one.scrollLeft }")
        assert rolled > 100, "it is wider than its frame"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        around = frame.bounding_box()
        title = page.get_by_role("link", name="test_diffraction_pattern").bounding_box()
        assert around is not None
        assert title is not None
        assert around["x"] <= title["x"] < around["x"] + 130
        assert violations(page) == []


@pytest.mark.parametrize("part", ["the picture", "a value"])
def test_any_place_of_a_row_leads_to_what_it_shows(shown: Shown, chromium: Browser, part: str):
    with looking(chromium, f"{shown.url}/{TABLE}") as page:
        row = page.get_by_role("row").filter(has_text="test_diffraction_pattern")
        place = row.get_by_text("320 mm") if part == "a value" else row.locator(".em-thumb")
        box = place.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.get_by_role("heading", name="test_diffraction_pattern")).to_be_visible()


def test_what_people_type_is_shown_as_they_typed_it(shown: Shown, chromium: Browser):
    with looking(chromium, f"{shown.url}/discover") as page:
        page.get_by_role("button", name="Keep").click()
        kept = page.get_by_test_id("stPopoverBody").get_by_test_id("stPageLink").locator("p")
        expect(kept).to_have_count(len(TYPED))
        assert sorted(kept.all_inner_texts()) == sorted(TYPED)


def test_no_address_that_people_type_becomes_a_link(shown: Shown, chromium: Browser):
    """Labels show links as text anyway; captions and titles would not."""
    told = " · ".join(ADDRESSES)
    with looking(chromium, f"{shown.url}/experiments?{urlencode({'reason': told})}") as page:
        caption = page.get_by_text("Only for this reason")
        expect(caption).to_have_text(f"Only for this reason: {told}")
        expect(caption.locator("a")).to_have_count(0)
