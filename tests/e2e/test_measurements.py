"""The page of a measurement of each kind in a real browser: everyone can use it, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Page, expect

from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.e2e.browser import app, opened, show, whole
from tests.e2e.test_looks import ARTIFACTS, violations
from tests.services.held import free_port
from tests.services.registries import furnished
from tests.ui_streamlit.one_of_each import KINDS, fill_one_of_each


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Yield the address of the page of each kind of measurement, and of their experiment."""
    home, port = furnished(tmp_path_factory.mktemp("kinds")), free_port()
    with open_services(read_settings(home=home)) as services:
        experiment, named = fill_one_of_each(services, tmp_path_factory.mktemp("files"))
    with app(home, port) as url:
        page = f"{url}/experiment?id={experiment}"
        yield {kind: f"{page}&measurement={name}" for kind, name in named.items()} | {"": page}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_everyone_can_look(addresses, window: Page, kind: str, scheme: str):
    show(window, addresses[kind], scheme=scheme, height=1600)
    ARTIFACTS.mkdir(exist_ok=True)
    window.screenshot(path=ARTIFACTS / f"measurement-{kind}-{scheme}.png")
    assert violations(window) == []


@pytest.mark.parametrize(
    "tab", ["Verdict", "Measurements", "Files", "Conversion", "Provenance", "Cite"]
)
def test_everyone_can_read_each_tab_in_a_narrow_window(addresses, window: Page, tab: str):
    show(window, addresses[""], scheme="dark", width=640, height=1600)
    window.get_by_role("tab", name=tab).click()
    whole(window)
    assert violations(window) == []
    wide = window.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 640


def test_pictures_lead_by_keys_to_measurements_whose_address_can_be_shared(addresses, window: Page):
    show(window, addresses[""], height=1600)
    link = window.get_by_role("link", name="stack")
    link.focus()
    window.keyboard.press("Enter")
    expect(window.get_by_role("heading", name="stack")).to_be_visible()
    expect(window).to_have_url(addresses["stack"])
    window.get_by_role("link", name="Previous").click()
    expect(window.get_by_role("heading", name="spectra")).to_be_visible()
    expect(window).to_have_url(addresses["spectra"])
    window.go_back()
    expect(window.get_by_role("heading", name="stack")).to_be_visible()


def test_a_slice_is_chosen_with_the_arrow_keys(addresses, window: Page):
    show(window, addresses["stack"], height=1600)
    first = window.get_by_test_id("stImage").locator("img").get_attribute("alt")
    window.get_by_role("slider").first.focus()
    window.keyboard.press("ArrowRight")
    expect(window.get_by_text("2 of 5 · 0.5 deg")).to_be_visible()
    expect(window.get_by_alt_text("picture 2")).to_be_visible()
    assert window.get_by_test_id("stImage").locator("img").get_attribute("alt") != first


def test_a_click_on_a_picture_opens_it(addresses, window: Page):
    show(window, addresses[""], height=1600)
    window.locator(".em-picture").first.click(force=True)  # the link lies over it
    expect(window.get_by_role("heading", name="curve")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 640])
def test_thumbnails_show_whole_pictures_up_to_the_titles_of_their_axes(
    addresses, window: Page, width: int
):
    show(window, addresses[""], width=width, height=1600)
    cut = window.evaluate("""() => [...document.querySelectorAll('.st-key-shots img')].map(one => {
        const [inner, outer] = [one, one.parentElement].map(each => each.getBoundingClientRect());
        return Math.max(outer.top - inner.top, inner.bottom - outer.bottom);
    })""")
    assert len(cut) == len(KINDS)
    assert max(cut) < 1


def test_of_a_long_name_of_a_file_the_end_is_in_sight_on_one_line(addresses, window: Page):
    show(window, addresses[""], width=640, height=1600)
    told = window.locator(".em-end").first
    before = told.bounding_box()
    told.locator("bdi").evaluate("one => { one.textContent = 'night of '.repeat(50) + '01.dm3' }")
    after = told.bounding_box()
    text = told.locator("bdi").bounding_box()
    assert before == after
    assert after is not None
    assert text is not None
    assert text["width"] > 2 * after["width"], "only its beginning is out of sight"
    assert abs(text["x"] + text["width"] - after["x"] - after["width"]) < 1


@pytest.mark.parametrize("width", [1280, 640])
@pytest.mark.parametrize("part", ["the picture", "its format"])
def test_any_place_of_a_row_of_the_list_leads_to_its_measurement(
    addresses, window: Page, part: str, width: int
):
    show(window, addresses[""], width=width, height=1600)
    window.get_by_role("tab", name="Measurements").click()
    whole(window)
    row = window.get_by_role("row").filter(has_text="stack")
    frame = window.get_by_role("region", name="Measurements")
    assert window.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
    if width == 1280:
        assert frame.evaluate("one => one.scrollWidth <= one.clientWidth"), "all is in sight"
    place = (
        row.get_by_text("HSPY", exact=True) if part == "its format" else row.locator(".em-thumb")
    )
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    window.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(window.get_by_role("heading", name="stack")).to_be_visible()
    expect(window).to_have_url(addresses["stack"])


def test_the_viewer_draws_the_first_row_at_the_top_until_someone_turns_it(
    addresses, chromium: Browser
):
    with opened(chromium) as page:  # turned for good
        show(page, addresses["picture"], height=1600)
        viewer = in_the_viewer(page)
        rows = np.random.default_rng(2).integers(0, 900, (40, 50))
        assert likeness(seen(viewer), rows) > 0.9
        heights = {
            tick.text_content(): (tick.bounding_box() or {})["y"]
            for tick in viewer.locator("[data-type=ordinate] text:not(:empty)").all()
        }
        assert heights["0"] < heights["5"] < heights["10"], "numbers go with their rows"
        viewer.get_by_role("button", name="Flip Y").click()
        page.reload()
        whole(page)
        assert likeness(seen(in_the_viewer(page)), rows[::-1]) > 0.9


def in_the_viewer(page: Page) -> FrameLocator:
    page.get_by_text("H5Web").click()
    viewer = page.frame_locator("iframe")
    viewer.locator("[data-type=ordinate]").get_by_text("10", exact=True).wait_for()
    page.wait_for_timeout(1000)  # WebGL draws when it likes
    return viewer


def seen(viewer: FrameLocator) -> Image.Image:
    """Return what is drawn of a picture: all that has another colour than the corner beside it."""
    shot = Image.open(BytesIO(viewer.locator("canvas").screenshot())).convert("RGB")
    colours = np.asarray(shot).astype(int)
    drawn = np.abs(colours - colours[0, 0]).max(axis=2) > 10
    rows, columns = (np.flatnonzero(drawn.mean(axis) > 0.5) for axis in (1, 0))
    return shot.crop((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))


def likeness(drawn: Image.Image, rows: NDArray[np.int64]) -> float:
    """Return how brightness and numbers go together, from -1 to 1."""
    height, width = rows.shape
    bright = np.asarray(drawn.convert("L").resize((width, height), Image.Resampling.BOX))
    return float(np.corrcoef(bright.ravel(), rows.ravel())[0, 1])
