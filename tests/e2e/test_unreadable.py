"""What a browser is not allowed to read is told on the page; all else of a dropped folder arrives.

The superuser may read everything: where the tests are run by that one, the browser is not.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect, sync_playwright

from tests.e2e.browser import CHROMIUM, chromium_path, settled
from tests.e2e.test_drop import begin, drop, laptop

__all__ = ["laptop"]
NOBODY = 65534
IS_SUPERUSER = os.geteuid() == 0


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Yield a folder that others may look into, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        for path in folder.glob("night/*"):
            path.chmod(0o755)


@pytest.fixture
def context(open_folder: Path) -> Iterator[BrowserContext]:
    """Yield a browser that may not read everything."""
    profile = open_folder / "profile"
    profile.mkdir()
    program = chromium_path()
    if IS_SUPERUSER:
        program = open_folder / "as-nobody"
        program.write_text(
            f"#!/bin/sh\nHOME={profile} exec setpriv --reuid={NOBODY} --regid={NOBODY} "
            f'--clear-groups {chromium_path()} "$@"\n'
        )
        program.chmod(0o755)
        os.chown(profile, NOBODY, NOBODY)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            args=CHROMIUM,
            viewport={"width": 1280, "height": 1000},
        )
        opened.set_default_timeout(30_000)
        yield opened
        opened.close()


@pytest.fixture
def night(open_folder: Path) -> Path:
    """Return a folder with a folder and a file that are locked, among others that are not."""
    folder = open_folder / "night"
    for name in ("tiles", "locked"):
        (folder / name).mkdir(parents=True)
    for name in ("secret.dm3", "a.dm3", "tiles/b.dm3"):
        (folder / name).write_bytes(os.urandom(1000))
    (folder / "secret.dm3").chmod(0)
    (folder / "locked").chmod(0)
    return folder


def test_what_may_be_read_arrives_and_what_may_not_is_told(laptop, context, night):
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(f"{laptop.url}/deposit")
    begin(page)
    drop(page, context.new_cdp_session(page), night)
    expect(page.locator(".sums")).to_contain_text("2 of 3 files arrived")
    expect(page.locator(".unread")).to_have_text(
        "night/locked: this computer does not let the browser list it. "
        "Drop it again once it can be read, if it belongs here."
    )
    failed = page.locator("li.failed")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("night/secret.dm3")
    expect(failed).to_contain_text("cannot be read")
    (night / "secret.dm3").chmod(0o644)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".sums")).to_contain_text("3 of 3 files arrived")
    assert broken == []


def test_large_files_that_cannot_be_read_hold_up_no_seal_and_are_taken_out_at_once(
    laptop, context, night
):
    for name in ("stack.raw", "tiles/locked stack.raw", "tiles/seen.raw"):
        (night / name).write_bytes(os.urandom(17 << 20))
    for name in ("stack.raw", "tiles/locked stack.raw"):
        (night / name).chmod(0)
    page = context.new_page()
    page.goto(f"{laptop.url}/deposit")
    begin(page)
    drop(page, context.new_cdp_session(page), night)
    expect(page.locator(".sums")).to_contain_text("3 of 6 files arrived", timeout=30_000)
    expect(page.locator(".sums")).to_contain_text("3 files not sent")
    seal = page.get_by_role("button", name="Seal the deposit")
    expect(seal).to_be_enabled(timeout=30_000)
    told = "It can be sealed without what is not there: 3 files could not be sent."
    expect(page.get_by_text(told)).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Take the 3 files out").click()
    expect(page.locator(".sums")).to_have_text(re.compile("^3 of 3 files arrived · [^·]*$"))
    expect(page.locator("li.failed")).to_have_count(0)
    expect(page.get_by_text("All files have arrived")).to_be_visible(timeout=30_000)
    settled(page)
    seal.click()
    page.wait_for_url(f"{laptop.url}/experiment?id=*", timeout=60_000)


def test_what_is_taken_out_beside_the_seal_leaves_the_list_of_files(laptop, context, night):
    (night / "secret.dm3").chmod(0o644)
    (night / "locked").chmod(0o755)
    page = context.new_page()
    page.goto(f"{laptop.url}/deposit")
    begin(page)
    drop(page, context.new_cdp_session(page), night)
    expect(page.locator(".sums")).to_contain_text("3 of 3 files arrived")
    expect(page.get_by_text("3 files cannot be read")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Take out", exact=True).first.click()
    expect(page.locator(".sums")).to_contain_text("2 of 2 files arrived", timeout=30_000)
    expect(page.locator(".list li")).to_have_count(2)
    settled(page)
    page.get_by_role("button", name="Take all out").click()
    expect(page.locator(".list li")).to_have_count(0, timeout=30_000)
    expect(page.get_by_role("button", name="Seal the deposit")).to_be_disabled()
