"""The browser asks before something that was typed is lost, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from tests.api.filled import fill
from tests.e2e.browser import app, settled
from tests.services.held import free_port


@pytest.fixture(scope="module")
def address(corpus: Path, run_folder: Path, tmp_path_factory) -> Iterator[str]:
    """Yield the address of a form in which something is missing."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    made = fill(home, corpus, run_folder)
    with app(home, port) as url:
        yield f"{url}/annotate?id={made['needs-input']}"


@pytest.fixture
def form(chromium: Browser, address: str) -> Iterator[Page]:
    """Yield the form in a window of its own."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(address)
    whole(page)
    yield page
    context.close()


@pytest.fixture
def asked(form: Page) -> list[str]:
    """Return the kinds of questions that the browser asks; whoever is asked stays."""
    kinds: list[str] = []

    def stay(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        dialog.dismiss()

    form.on("dialog", stay)
    return kinds


def whole(page: Page) -> None:
    page.locator(".em-foot").wait_for()
    settled(page)


def model(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Instrument's model")


def typed(page: Page, text: str) -> None:
    model(page).fill(text)
    model(page).press("Enter")
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    whole(page)


def reloaded(page: Page) -> bool:
    """Reload as a person does, and return whether the browser did."""
    page.evaluate("window.isOld = true; setTimeout(() => location.reload(), 0)")
    page.wait_for_timeout(500)
    whole(page)
    return not page.evaluate("window.isOld")


def test_a_reload_asks_while_something_is_not_saved(form: Page, asked: list[str]):
    typed(form, "Scios 2")
    assert not reloaded(form)
    assert asked == ["beforeunload"]
    assert model(form).input_value() == "Scios 2"


def test_closing_the_window_asks(form: Page, asked: list[str]):
    typed(form, "Scios 2")
    form.close(run_before_unload=True)
    form.wait_for_timeout(500)
    assert asked == ["beforeunload"]


def test_another_page_asks_nothing_and_its_reload_does(form: Page, asked: list[str]):
    typed(form, "Scios 2")
    form.get_by_role("link", name="Experiment", exact=True).click()
    form.get_by_role("tab", name="Verdict").wait_for()
    whole(form)
    assert not asked, "what was typed is kept"
    assert not reloaded(form)
    assert asked == ["beforeunload"]


def test_what_is_still_being_typed_counts(form: Page, asked: list[str]):
    model(form).press_sequentially("Sci")
    assert not reloaded(form)
    assert asked == ["beforeunload"]


def test_nothing_is_asked_of_who_has_only_looked(form: Page, asked: list[str]):
    model(form).click()
    assert reloaded(form)
    assert not asked


def test_nothing_is_asked_once_all_is_discarded(form: Page, asked: list[str]):
    typed(form, "Scios 2")
    form.get_by_role("button", name="Discard changes").click()
    expect(form.get_by_text("Not saved yet.")).to_be_hidden()
    whole(form)
    assert reloaded(form)
    assert not asked


def test_nothing_is_asked_once_it_is_saved(form: Page, asked: list[str]):
    typed(form, "Scios 2")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.get_by_text("Nothing has changed")).to_be_visible()
    whole(form)
    assert reloaded(form)
    assert not asked
    assert model(form).input_value() == "Scios 2"
