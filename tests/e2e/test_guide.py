"""What the scientist's guide tells, done in a browser: its pictures are taken on the way.

`make guide` puts them beside the guide. What does not belong here: what can go wrong on the way.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browser import app, log_in, login_settings, settled, type_new
from tests.e2e.site import EMFAIR, environment
from tests.e2e.test_drop import drop, slow
from tests.services.held import free_port
from tests.services.oidc.provider import provider

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide-scientist.md"
PICTURES = Path(__file__).parents[1] / "artifacts" / "guide"
SLOW = 300_000  # bytes a second, so that a page can be reloaded half-way
MEASURED = 11
PATIENCE = 120_000  # milliseconds, for the chain


@dataclass
class Lab:
    """The app, behind a login, and its home."""

    url: str
    home: Path


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    home, port = tmp_path / "home", free_port()
    home.mkdir()
    with (
        provider(callbacks=[f"http://127.0.0.1:{port}/oauth2callback"]) as oidc,
        app(home, port, **login_settings(oidc)) as url,
    ):
        yield Lab(url, home)


@pytest.fixture
def night(tmp_path: Path, corpus: Path) -> Path:
    """Return a session's folder: pictures, spectra, maps and 4D-STEM, and two vendor files."""
    folder = tmp_path / "Night at the Titan"
    command = [EMFAIR, "simulate", str(folder), "--session", "tem", "--rate", "fast"]
    subprocess.run(command, check=True, capture_output=True, env=environment(tmp_path))
    shutil.rmtree(folder / "006 EDS map.zspy")  # of many small files
    for name in ("test_STEM_image.dm3", "test_diffraction_pattern.dm3"):
        shutil.copy(corpus / "dm3_2D_data" / name, folder)
    return folder


class Camera:
    """Takes the guide's pictures, each once everything of the page is there."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.taken: list[str] = []

    def take(self, name: str, *, of: Locator | None = None) -> None:
        """Take a picture of what the window shows; of something, with that on top."""
        if of is not None:
            of.evaluate("one => { one.style.scrollMarginTop = '90px'; one.scrollIntoView() }")
        settled(self._page)
        PICTURES.mkdir(parents=True, exist_ok=True)
        self._page.screenshot(path=PICTURES / f"{name}.png")
        self.taken.append(name)


def test_a_session_from_the_login_to_the_logout(lab: Lab, night: Path, chromium: Browser):
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, accept_downloads=True, color_scheme="light"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    camera = Camera(page)
    page.goto(lab.url)
    page.get_by_role("link", name="Log in").wait_for()
    camera.take("login")
    log_in(page, "ada")
    page.get_by_text("First steps").wait_for()
    camera.take("home")
    page.get_by_role("button", name="Skip the tour").click()
    expect(page.get_by_text("First steps")).to_have_count(0)

    files = deposit(page, camera, night, lab.url)
    experiment = page.url.rpartition("=")[2]
    process(lab)
    verdict = page.get_by_role("heading", name="Needs input")
    verdict.wait_for(timeout=PATIENCE)
    camera.take("experiment")
    camera.take("verdict", of=verdict)

    annotate(page, camera)
    process(lab)
    page.goto(f"{lab.url}/experiment?id={experiment}")
    page.get_by_role("heading", name=re.compile("^valid", re.IGNORECASE)).wait_for(timeout=PATIENCE)
    camera.take("valid")

    discover(page, camera)
    look(page, camera)
    download(page, lab.url, experiment, files, lab.home)
    page.get_by_role("button", name="Ada Lovelace").click()
    page.get_by_role("menuitem", name="Log out").click()
    page.get_by_role("button", name="Log out").click()  # the provider asks
    page.get_by_role("heading", name="Electron microscopy").wait_for()
    page.goto(f"{lab.url}/experiment?id={experiment}")
    page.get_by_role("link", name="Log in").wait_for()
    assert camera.taken == pictures_of(GUIDE.read_text("utf-8"))
    context.close()


def deposit(page: Page, camera: Camera, night: Path, url: str) -> dict[str, str]:
    """Drop a session that is reloaded half-way, and seal it; return the files' SHA-256."""
    line = page.context.new_cdp_session(page)
    page.get_by_role("link", name="Deposit", exact=True).click()
    place = (
        ("Project", "Quartz interfaces"),
        ("Proposal", "2026-A"),
        ("Sample", "Lamella 3"),
    )
    for label, text in place:
        type_new(page, label, text)
    page.get_by_label("Title of this session").fill("Night at the Titan")
    page.get_by_label("Title of this session").press("Enter")
    camera.take("deposit")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_text("Drop files or whole folders here").wait_for()
    slow(line, SLOW)
    drop(page, line, night)
    sums = page.locator(".sums")
    expect(sums).to_contain_text("left")
    page.reload()
    expect(sums).to_contain_text("to drop again")
    slow(line, -1)
    drop(page, line, night)
    files = {
        f"{night.name}/{path.relative_to(night).as_posix()}": hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in night.rglob("*")
        if path.is_file()
    }
    expect(sums).to_contain_text(f"{len(files)} of {len(files)} files arrived", timeout=60_000)
    camera.take("arrived")
    page.get_by_text("Still missing for NXem").wait_for(timeout=PATIENCE)
    expect(page.locator(".em-picture")).to_have_count(MEASURED, timeout=PATIENCE)
    camera.take("looked-into", of=page.get_by_role("heading", name="What is in the files"))
    seal = page.get_by_role("button", name="Seal the deposit")
    expect(seal).to_be_enabled()
    seal.click()
    page.wait_for_url(f"{url}/experiment?id=*")
    return files


def process(lab: Lab) -> None:
    """Let the chain run, as Dagster's daemon does."""
    command = [EMFAIR, "process", "--pending"]
    subprocess.run(command, check=False, capture_output=True, env=environment(lab.home))


def annotate(page: Page, camera: Camera) -> None:
    """Fill in what NXem asks for, beginning with what a finding leads to."""
    page.get_by_role("link", name=re.compile("Fill in .*[Ee]lements in the sample")).click()
    elements = page.get_by_role("combobox", name="Elements in the sample")
    elements.click()
    for symbol in ("Si", "O"):
        elements.fill(symbol)
        page.get_by_role("option", name=symbol, exact=True).click()
    elements.press("Escape")
    settled(page)
    simulated = page.get_by_role("combobox", name="Simulated *")
    simulated.click()
    simulated.press("ArrowDown")  # the click may only have closed the list before
    page.get_by_role("option", name="no", exact=True).click()
    settled(page)
    for label, text in WHAT_NXEM_ASKS.items():
        field = page.get_by_role("textbox", name=label)
        field.fill(text)
        field.press("Enter")
        settled(page)
        expect(field).to_have_value(text)
    camera.take("annotate", of=page.get_by_role("heading", name="What NXem asks for"))
    why = page.get_by_label("Why is another value right?")
    why.fill("the session's own; two files are of another one")
    why.press("Enter")
    settled(page)
    save = page.get_by_role("button", name="Save")
    expect(save).to_be_enabled()
    save.click()
    page.get_by_text("Saved.", exact=True).wait_for()


WHAT_NXEM_ASKS = {
    "Sample prepared on *": "2026-03-01 09:00",
    "Instrument's manufacturer *": "Thermo Fisher Scientific",
    "Instrument's model *": "Titan 80-300",
    "Start of the acquisition *": "2026-03-02 09:00",
}


def discover(page: Page, camera: Camera) -> None:
    """Find a scan of patterns among all that was measured; open it."""
    page.get_by_role("link", name="Discover", exact=True).click()
    page.get_by_text("1 experiment").wait_for()
    page.get_by_role("radio", name="Measurements").click()
    page.get_by_text(f"{MEASURED} measurements").wait_for()
    technique = page.get_by_role("combobox", name="Technique")
    technique.click()
    page.get_by_role("option", name=re.compile("^4D-STEM")).click()
    technique.press("Escape")
    settled(page)
    expect(page).to_have_url(re.compile("technique=4D-STEM"))
    page.get_by_role("button", name="What a value must be").click()
    key = page.get_by_role("combobox", name="Key")
    key.click()
    key.fill("Acceleration")
    key.press("Enter")
    settled(page)
    page.get_by_role("textbox", name="Range").fill("> 0.1 MV")
    page.get_by_role("textbox", name="Range").press("Enter")
    expect(page).to_have_url(re.compile("technique=4D-STEM.*where=acceleration_voltage"))
    page.get_by_text("2 measurements").wait_for()
    camera.take("discover")
    page.get_by_role("link", name=re.compile("010 4D-STEM")).click()


def look(page: Page, camera: Camera) -> None:
    """Look into a container: a virtual detector, then all that is in it."""
    page.get_by_role("radio", name="Quick look").wait_for()
    expect(page.get_by_test_id("stSpinner")).to_have_count(0, timeout=30_000)
    camera.take("look")
    page.get_by_role("radio", name="H5Web").click()
    viewer = page.frame_locator("iframe")
    viewer.get_by_text("NX Heatmap").wait_for()
    camera.take("viewer")


def download(page: Page, url: str, experiment: str, files: dict[str, str], to: Path) -> None:
    """Take all raw files away as one archive; they are what was dropped."""
    page.goto(f"{url}/experiment?id={experiment}")
    page.get_by_role("tab", name="Files").click()
    with page.expect_download() as event:
        page.get_by_role("link", name="ZIP").click()
    archive = to / "raw.zip"
    event.value.save_as(archive)
    with zipfile.ZipFile(archive) as opened:
        taken = {
            name.partition("/raw/")[2].removeprefix("files/"): hashlib.sha256(
                opened.read(name)
            ).hexdigest()
            for name in opened.namelist()
            if "/raw/" in name and not name.endswith("/")
        }
    assert files.items() <= taken.items()


def pictures_of(text: str) -> list[str]:
    """Return the names of the pictures that a page of the documentation shows, in order."""
    return re.findall(r"!\[[^]]*\]\(guide/([a-z0-9-]+)\.png\)", text)


def test_the_guide_shows_each_picture_that_lies_beside_it():
    lying = {one.stem for one in (ROOT / "docs" / "guide").iterdir()}
    assert set(pictures_of(GUIDE.read_text("utf-8"))) == lying
