"""An emfair of the test's own where people log in, and what they do on its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streamlit.runtime.state.common import user_key_from_element_id
from streamlit.testing.v1 import AppTest

from emfair.identity.principal import Kind, Principal, issued_subject
from emfair.service.access import Access
from emfair.service.reception import Reception
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.services.registries import furnished
from tests.ui_streamlit.test_login import ISSUER, claims, open_at
from ui_streamlit import stores

STEWARD, ADMIN = "emfair-steward", "emfair-admin"


@contextmanager
def open_lab(home: Path, projects: str = "anyone") -> Iterator[Services]:
    """Open empty stores, which pages are shown over; `projects` says who begins one."""
    settings = read_settings(home=furnished(home), oidc_issuer=ISSUER, projects=projects)
    with open_services(settings) as services, stores.use(services):
        yield services


def access(services: Services, name: str, *groups: str) -> Access:
    """Return the access of someone who has logged in."""
    called = f"{name.title()} L."
    return Reception(services).of(
        Principal(subject(name), Kind.PERSON, called, groups=frozenset(groups))
    )


def subject(name: str) -> str:
    """Return what emfair knows someone by."""
    return issued_subject(ISSUER, name)


def enter(page: str, name: str, /, *groups: str, **query: str) -> AppTest:
    """Open a page as someone who has logged in."""
    return open_at(page, claims(name, *groups), **query)


def shown(app: AppTest) -> str:
    """Return all the text on a page."""
    parts: list[Any] = [
        *app.title, *app.header, *app.subheader, *app.markdown, *app.caption, *app.info,
        *app.warning, *app.error, *app.code,
    ]  # fmt: skip
    links = [one.label for one in app.get("page_link")]
    html = [one.proto.body for one in app.get("html")]
    return "\n".join([*(part.value for part in parts), *links, *html])


def labels(app: AppTest) -> list[str]:
    """Return what can be pressed."""
    popovers = [one.proto.popover.label for one in app.get("popover")]
    return [*(one.label for one in app.button), *popovers]


def press(app: AppTest, label: str) -> AppTest:
    """Press the last button of that label: what is opened stands below."""
    [one for one in app.button if one.label == label][-1].click().run()
    assert not app.exception
    return app


def unfold(app: AppTest, label: str, number: int = 0, *, is_open: bool = True) -> AppTest:
    """Open a popover, or close it."""
    found = [one for one in app.get("popover") if one.proto.popover.label == label]
    app.session_state[user_key_from_element_id(found[number].proto.popover.id)] = is_open
    app.run()
    assert not app.exception
    return app


def fill(app: AppTest, label: str, value: Any) -> AppTest:
    """Fill in a field."""
    widgets = [
        *app.text_input, *app.text_area, *app.selectbox, *app.multiselect, *app.checkbox,
        *app.date_input,
    ]  # fmt: skip
    exact = [one for one in widgets if one.label == label]
    beginning = [one for one in widgets if one.label.startswith(label)]
    (exact or beginning)[0].set_value(value)
    return app


def as_referee() -> None:
    """Run the page ``?page=…`` for a referee of the project steel: AppTest brings no cookies."""
    import importlib
    from datetime import timedelta

    import streamlit as st

    from emfair.identity.referees import referee
    from emfair.service.access import Access
    from ui_streamlit import stores
    from ui_streamlit.components.notices import notices
    from ui_streamlit.login.visit import Standing, Visit

    services = stores.reception().nobody().services
    until = services.now() + timedelta(days=1)
    principal, granted = referee("r-1", "steel", None, until)
    name = st.query_params["page"]
    visit = Visit(Access(services, principal, (granted,)), Standing.REFEREE)
    page = getattr(importlib.import_module(f"ui_streamlit.pages.{name}"), name)
    with stores.visited(visit), notices():
        page()
