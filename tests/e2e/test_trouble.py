"""What goes wrong in a browser: the network, two tabs, very many files, a button pressed twice."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    WebSocketRoute,
    expect,
)
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from emfair.model.manifest import Manifest
from emfair.service.documents import read_manifest
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.e2e.test_drop import Lab, begin, drop, laptop, slow

__all__ = ["laptop"]
MANY = 10_000


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(viewport={"width": 1280, "height": 1000})
    opened.set_default_timeout(30_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return tab(context)


def tab(context: BrowserContext) -> Page:
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    return page


@pytest.fixture
def line(context: BrowserContext, page: Page) -> CDPSession:
    return context.new_cdp_session(page)


def folder_of(folder: Path, sizes: dict[str, int]) -> dict[str, str]:
    """Write files; return their SHA-256, by their names in a deposit of the folder."""
    folder.mkdir()
    found = {}
    for name, size in sizes.items():
        content = os.urandom(size)
        (folder / name).write_bytes(content)
        found[f"{folder.name}/{name}"] = hashlib.sha256(content).hexdigest()
    return found


def seal(page: Page, lab: Lab) -> str:
    """Seal the deposit; return the experiment."""
    button = page.get_by_role("button", name="Seal the deposit")
    expect(button).to_be_enabled(timeout=60_000)
    button.click()
    page.wait_for_url(f"{lab.url}/experiment?id=*", timeout=60_000)
    return page.url.rpartition("=")[2]


@contextmanager
def stores(lab: Lab) -> Iterator[Services]:
    with open_services(read_settings(home=lab.home)) as services:
        yield services


def all_arrived(services: Services, experiment: str, count: int) -> bool:
    found = services.registry.changes.arrived([experiment]).get(experiment)
    return found is not None and found.arrived == found.total == count


def manifest_of(lab: Lab, experiment: str) -> Manifest:
    with stores(lab) as services:
        row = services.registry.experiments.get(experiment)
        return read_manifest(services, row.place, 1)


def test_a_network_that_goes_and_comes_back_costs_nothing(laptop, page, line, tmp_path):
    expected = folder_of(tmp_path / "night", {"stack.raw": 40 << 20, "a.tif": 1000, "b.tif": 0})
    page.goto(f"{laptop.url}/deposit")
    begin(page)
    slow(line, 6_000_000)
    drop(page, line, tmp_path / "night")
    sums = page.locator(".sums")
    expect(sums).to_contain_text("left")
    page.wait_for_timeout(1000)
    slow(line, -1, offline=True)
    page.wait_for_timeout(5000)  # longer than all of it would have taken
    assert "3 of 3 files arrived" not in sums.inner_text()
    slow(line, -1)
    expect(sums).to_contain_text("3 of 3 files arrived", timeout=90_000)
    found = manifest_of(laptop, seal(page, laptop))
    assert {file.name: file.sha256 for file in found.files} == expected


def test_two_tabs_that_send_the_same_are_one_deposit(laptop, context, page, line, tmp_path):
    expected = folder_of(tmp_path / "night", {"stack.raw": 30 << 20, "a.tif": 100_000})
    page.goto(f"{laptop.url}/deposit")
    begin(page)
    other = tab(context)
    other.goto(page.url)
    other.get_by_text("Drop files or whole folders here").wait_for()
    beside = context.new_cdp_session(other)
    for each, where in ((page, line), (other, beside)):
        slow(where, 20_000_000)
        each.bring_to_front()
        drop(each, where, tmp_path / "night")
    for each in (page, other):
        each.bring_to_front()
        expect(each.locator(".sums")).to_contain_text("2 of 2 files arrived", timeout=90_000)
    experiment = seal(page, laptop)
    found = manifest_of(laptop, experiment)
    assert {file.name: file.sha256 for file in found.files} == expected
    other.bring_to_front()
    other.reload()
    other.get_by_text("This deposit is closed").wait_for()


def test_what_arrives_while_one_looks_at_another_page_can_be_sealed(laptop, page, line, tmp_path):
    folder_of(tmp_path / "night", {f"{number}.raw": 20 << 20 for number in range(3)})
    page.goto(f"{laptop.url}/deposit")
    begin(page)
    slow(line, 500_000)
    drop(page, line, tmp_path / "night")
    expect(page.get_by_text("still to arrive")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Describe it").click()
    page.get_by_text("What NXem asks for").wait_for()
    slow(line, -1)
    experiment = page.url.rpartition("=")[2]
    with stores(laptop) as services:
        deadline = time.monotonic() + 60
        while not all_arrived(services, experiment, 3):
            assert time.monotonic() < deadline
            page.wait_for_timeout(200)
    page.wait_for_timeout(3000)  # longer than the browser waits before it tells the page
    page.go_back()
    expect(page.locator(".sums")).to_contain_text("3 of 3 files arrived", timeout=30_000)
    seal(page, laptop)


def asked_on_the_way_out(page: Page) -> list[str]:
    """Let the browser's last question for a fragment cross with the next page on the wire.

    Return a list that holds the page the question was about, once it has crossed.
    """
    questions: list[tuple[str, bytes]] = []
    crossed: list[str] = []

    def route(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def asks(message: str | bytes) -> None:
            asked = BackMsg.FromString(bytes(message)).rerun_script
            if asked.is_auto_rerun and asked.fragment_id:
                questions.append((asked.page_script_hash, bytes(message)))
            server.send(message)

        def answers(message: str | bytes) -> None:
            shown = ForwardMsg.FromString(bytes(message)).new_session.page_script_hash
            socket.send(message)
            if questions and not crossed and shown not in ("", questions[-1][0]):
                crossed.append(questions[-1][0])
                server.send(questions[-1][1])

        socket.on_message(asks)
        server.on_message(answers)

    page.route_web_socket("**/_stcore/stream", route)
    return crossed


def test_whoever_seals_while_files_are_looked_into_sees_the_experiment(
    laptop, page, line, corpus, tmp_path
):
    (tmp_path / "night").mkdir()
    for number in range(4):
        file = corpus / "dm3_2D_data" / "test_STEM_image.dm3"
        shutil.copy(file, tmp_path / "night" / f"{number}.dm3")
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    crossed = asked_on_the_way_out(page)
    page.goto(f"{laptop.url}/deposit")
    begin(page)
    drop(page, line, tmp_path / "night")
    page.get_by_text("Looking into").wait_for()
    seal(page, laptop)
    page.locator(".em-foot").wait_for()
    page.wait_for_timeout(5000)  # longer than the page before waits between two questions
    assert crossed
    expect(page.get_by_role("heading", name="Night", level=1)).to_be_visible()
    assert broken == []


def test_ten_thousand_files_arrive(laptop, page, line, tmp_path):
    expected = folder_of(tmp_path / "tiles", {f"{n:05}.tif": 200 + n % 7 for n in range(MANY)})
    page.goto(f"{laptop.url}/deposit")
    begin(page)
    drop(page, line, tmp_path / "tiles")
    expect(page.locator(".sums")).to_contain_text(
        f"{MANY:,} of {MANY:,} files arrived", timeout=240_000
    )
    assert page.locator(".files li").count() < 1000, "not all are drawn"
    found = manifest_of(laptop, seal(page, laptop))
    assert {file.name: file.sha256 for file in found.files} == expected


def test_a_button_pressed_twice_does_it_once(laptop, page):
    page.goto(f"{laptop.url}/deposit")
    begin(page, twice=True)
    experiment = page.url.rpartition("=")[2]
    page.goto(f"{laptop.url}/annotate?id={experiment}")
    model = page.get_by_role("textbox", name="Instrument's model *")
    model.fill("Titan 80-300")
    model.press("Enter")
    save = page.get_by_role("button", name="Save")
    expect(save).to_be_enabled()
    save.dblclick()
    page.get_by_text("Saved.").first.wait_for()
    expect(save).to_be_disabled()
    page.wait_for_timeout(1000)
    with stores(laptop) as services:
        assert len(services.registry.experiments.list()) == 1
        assert len(services.registry.annotations.versions(experiment)) == 1


def test_a_store_is_one_line_that_unfolds_and_goes_as_a_whole(laptop, page, line, tmp_path):
    (tmp_path / "night").mkdir()
    chunks = {".zgroup": 2, **{f"{number}.0": 500 for number in range(80)}}
    folder_of(tmp_path / "night" / "map.zspy", chunks)
    (tmp_path / "night" / "a.tif").write_bytes(b"picture")
    page.goto(f"{laptop.url}/deposit")
    begin(page)
    drop(page, line, tmp_path / "night")
    expect(page.locator(".sums")).to_contain_text("82 of 82 files arrived", timeout=60_000)
    lines = page.locator(".all > .list > li")
    expect(lines).to_have_count(2)
    store = page.locator("li.store")
    expect(store).to_contain_text("night/map.zspy")
    expect(store).to_contain_text("81 files")
    unfold = store.get_by_role("button", name="night/map.zspy", exact=True)
    unfold.focus()
    page.keyboard.press("Enter")
    expect(store.get_by_text("and 21 files more")).to_be_visible()
    expect(store.locator("li").first).to_contain_text(".zgroup")
    unfold.press("Enter")
    expect(store.locator("li").first).to_be_hidden()
    store.get_by_role("button", name="Take night/map.zspy out").click()
    expect(lines).to_have_count(1, timeout=60_000)
    found = manifest_of(laptop, seal(page, laptop))
    assert [file.name for file in found.files] == ["night/a.tif"]
