"""What pages may load, in a real browser: all that they need, and nothing from another host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.e2e.browser import Shown, show
from tests.e2e.test_drop import begin
from tests.e2e.test_looks import PAGES

BLOCKED = "Content Security Policy"

Open = Callable[[str], Page]


@pytest.fixture
def said(window: Page) -> Iterator[list[str]]:
    """Yield what the browser says of refused loads, on its console and as events."""
    heard: list[str] = []

    def hear(told: ConsoleMessage) -> None:
        if BLOCKED.lower() in told.text.lower():
            heard.append(told.text)

    window.context.on("console", hear)
    yield heard
    window.goto("about:blank")  # so that nothing of this page is told in the next test
    window.context.remove_listener("console", hear)


@pytest.fixture
def opened(shown: Shown, window: Page) -> Open:
    """Return a function that opens a page of the app; its path may name an experiment's state."""

    def open_(path: str) -> Page:
        show(window, shown.at(path), height=1400)
        return window

    return open_


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Yield the address of another host, and what it is asked for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_all_that_it_needs(opened: Open, said: list[str], name: str):
    opened(PAGES[name])
    assert said == []


def test_charts_are_drawn_and_their_expressions_read_without_eval(opened: Open, said: list[str]):
    page = opened("dashboard?period=12-months")
    chart = page.get_by_test_id("stVegaLiteChart").first
    chart.locator("canvas, svg").first.wait_for()
    chart.hover()
    assert said == []


def test_provenance_is_drawn(opened: Open, said: list[str]):
    page = opened("experiment?id={valid}")
    page.get_by_role("tab", name="Provenance").click()
    page.locator("[data-testid=stGraphVizChart] svg g.node").first.wait_for()
    assert said == []


def test_files_are_saved(opened: Open, said: list[str]):
    page = opened("sql?sql=SELECT+1+AS+one")
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert "one" in Path(saved.value.path()).read_text()
    assert said == []


def test_files_are_dropped_and_hashed(opened: Open, said: list[str], tmp_path: Path):
    file = tmp_path / "a.tif"
    file.write_bytes(b"x" * 200_000)
    page = opened("deposit")
    begin(page)
    page.locator(".zone").wait_for()
    page.locator("input[type=file]").first.set_input_files(str(file))
    expect(page.get_by_role("button", name="Seal the deposit")).to_be_enabled()
    assert said == []


def test_a_container_is_looked_into(opened: Open, said: list[str]):
    page = opened("experiment?id={valid}")
    page.get_by_role("link", name="test_STEM_image").click()
    page.get_by_text("H5Web").click()
    page.frame_locator("iframe").get_by_text("NX Heatmap").wait_for()
    assert said == []


LOADS = {
    "script": "u => { const s = document.createElement('script'); s.src = u;"
    " document.body.append(s) }",
    "text": "() => { const s = document.createElement('script'); s.text = 'window.ran = 1';"
    " document.body.append(s) }",
    "handler": "() => { document.body.insertAdjacentHTML('beforeend',"
    " '<b onclick=\"window.ran = 1\">x</b>'); document.body.lastChild.click() }",
    "picture": "u => { new Image().src = u }",
    "fetch": "u => { fetch(u).catch(() => 0) }",
    "socket": "u => { try { new WebSocket(u.replace('http', 'ws')) } catch {} }",
    "frame": "u => { const s = document.createElement('iframe'); s.src = u;"
    " document.body.append(s) }",
    "font": "u => { new FontFace('x', `url(${u})`).load().catch(() => 0) }",
    "form": "u => { const s = document.createElement('form'); s.action = u; s.method = 'post';"
    " document.body.append(s); s.submit() }",
}


@pytest.mark.parametrize("way", LOADS)
def test_nothing_loads_from_another_host(
    opened: Open, said: list[str], elsewhere: tuple[str, list[str]], way: str
):
    address, asked = elsewhere
    page = opened("")
    page.evaluate(LOADS[way], f"{address}/{way}")
    page.wait_for_timeout(500)
    assert said
    assert asked == []
    assert page.evaluate("window.ran") is None


def test_no_text_is_compiled(opened: Open, said: list[str]):
    page = opened("")
    page.evaluate("() => setTimeout('window.ran = 1')")
    page.wait_for_timeout(300)
    assert said
    assert page.evaluate("window.ran") is None


def test_no_page_stands_in_a_frame(shown: Shown, opened: Open, said: list[str]):
    page = opened("")
    page.evaluate(
        "u => { const s = document.createElement('iframe'); s.src = u; document.body.append(s) }",
        shown.url,
    )
    page.wait_for_timeout(500)
    assert any("frame-ancestors" in one for one in said)
