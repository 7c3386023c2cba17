"""A deposit as a person makes one: files dropped on a page that is reloaded half-way, sealed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from emfair.lake import layout
from emfair.service.documents import read_manifest
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.e2e.browser import app, log_in, login_settings, type_new
from tests.e2e.site import EMFAIR, environment
from tests.services.ceph import gateway
from tests.services.held import free_port
from tests.services.oidc.provider import provider

ARTIFACTS = Path(__file__).parents[1] / "artifacts"
SLOW = 6_000_000  # bytes a second, so that a page can be reloaded half-way


@dataclass
class Lab:
    """The app, and where its stores are; an empty lake is a folder at home."""

    url: str
    home: Path
    lake: str = ""
    has_login: bool = False


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Lab]:
    """Yield an app over a folder, for whoever sits at this machine."""
    home, port = tmp_path / "home", free_port()
    home.mkdir()
    with app(home, port) as url:
        yield Lab(url, home)


@pytest.fixture
def data_centre(tmp_path: Path) -> Iterator[Lab]:
    """Yield an app over a Ceph RADOS Gateway, for whoever has logged in."""
    home, port = tmp_path / "home", free_port()
    home.mkdir()
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        oidc = stack.enter_context(provider(callbacks=[f"{url}/oauth2callback"]))
        ceph = gateway().environment()
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in ceph.items():  # for the test's own look into the lake
            patch.setenv(name, value)
        lake = f"s3://drop-{uuid.uuid4().hex[:12]}/emfair"
        stores = {**ceph, "EMFAIR_LAKE_URL": lake}
        variables = stores | login_settings(oidc) | {"EMFAIR_APP_URL": url}
        subprocess.run([EMFAIR, "lake", "setup"], env=environment(home) | variables, check=True)
        stack.enter_context(app(home, port, **variables))
        yield Lab(url, home, lake, has_login=True)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Return a folder as a session leaves it: small files, a large one, what the system left."""
    folder = tmp_path / "session"
    (folder / "tiles").mkdir(parents=True)
    for number in range(20):
        (folder / "tiles" / f"scan {number:02} ☃.tif").write_bytes(os.urandom(100_000 + number))
    (folder / "stack.raw").write_bytes(os.urandom(40 << 20))
    (folder / "empty.hdr").write_bytes(b"")
    (folder / "Thumbs.db").write_bytes(b"left behind")
    (folder / ".DS_Store").write_bytes(b"left behind")
    return folder


def names(session: Path) -> dict[str, str]:
    """Return the SHA-256 of each file that is to arrive, by its name in the deposit."""
    left_behind = {"Thumbs.db", ".DS_Store"}
    return {
        f"session/{path.relative_to(session).as_posix()}": hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in session.rglob("*")
        if path.is_file() and path.name not in left_behind
    }


def begin(page: Page, *, twice: bool = False) -> None:
    """Say where a session goes; press the last button, or press it twice in haste."""
    for label, text in (("Project", "Steel"), ("Proposal", "2026-A"), ("Sample", "Lamella 1")):
        type_new(page, label, text)
    page.get_by_label("Title of this session").fill("Night")
    page.get_by_label("Title of this session").press("Enter")
    page.get_by_role("button", name="Next", exact=True).click(click_count=2 if twice else 1)
    page.get_by_text("Drop files or whole folders here").wait_for()


def drop(page: Page, line: CDPSession, folder: Path) -> None:
    """Drag a folder from the desktop onto the page."""
    zone = page.locator(".zone")
    zone.wait_for()
    zone.scroll_into_view_if_needed()
    box = zone.bounding_box()
    assert box is not None
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        line.send(
            "Input.dispatchDragEvent",
            {"type": kind, "x": box["x"] + 40, "y": box["y"] + 20, "data": data},
        )


def slow(line: CDPSession, speed: float, *, offline: bool = False) -> None:
    """Let no more bytes a second leave than `speed`; -1 is all. Or let there be no network."""
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": offline,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": speed,
        },
    )


@pytest.mark.parametrize("lab", ["laptop", "data_centre"])
def test_a_session_is_dropped_reloaded_half_way_finished_and_sealed(
    request,
    chromium: Browser,
    session: Path,
    lab: str,
):
    site: Lab = request.getfixturevalue(lab)
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())  # leaving while files are on their way
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "PUT" else None)
    line = context.new_cdp_session(page)
    page.goto(f"{site.url}/deposit")
    if site.has_login:
        log_in(page, "ada")
    begin(page)

    slow(line, SLOW)
    drop(page, line, session)
    sums = page.locator(".sums")
    expect(sums).to_contain_text("left")
    page.screenshot(path=_picture(f"drop-{lab}-on-its-way"))
    page.get_by_role("button", name="Pause").click()
    expect(sums).to_contain_text("paused")
    seal = page.get_by_role("button", name="Seal the deposit")
    expect(seal).to_be_disabled()

    page.reload()
    expect(sums).to_contain_text("to drop again")
    page.screenshot(path=_picture(f"drop-{lab}-reloaded"))
    slow(line, -1)
    drop(page, line, session)
    expected = names(session)
    expect(sums).to_contain_text(
        f"{len(expected)} of {len(expected)} files arrived", timeout=60_000
    )
    expect(seal).to_be_enabled()
    page.screenshot(path=_picture(f"drop-{lab}-arrived"))
    seal.click()
    page.wait_for_url(f"{site.url}/experiment?id=*")
    page.get_by_role("heading", name="Night", level=1).wait_for()  # the page before has it, too

    identifier = page.url.rpartition("=")[2]
    stores = {"lake_url": site.lake} if site.lake else {}
    with open_services(read_settings(home=site.home, **stores)) as services:
        row = services.registry.experiments.get(identifier)
        manifest = read_manifest(services, row.place, 1)
        assert {file.name: file.sha256 for file in manifest.files} == expected
        for file in manifest.files:
            content = services.lake.read_bytes(layout.raw_file(row.place, file.path))
            assert hashlib.sha256(content).hexdigest() == file.sha256
    through = [url for url in sent if url.startswith(site.url)]
    assert bool(through) is not site.has_login, (
        "where a store has addresses, no byte passes through"
    )
    assert "emp_" not in " ".join(sent), "a pass stands in no address"
    context.close()


def _picture(name: str) -> Path:
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS / f"{name}.png"
