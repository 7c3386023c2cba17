"""What is seen from outside: the login page, in place of whatever page was asked for.

It tells nothing but what emfair is and whom to ask; the address stays, so that the login comes back
to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import streamlit as st

from ui_streamlit.components.markup import show
from ui_streamlit.login.door import FAILED, begin
from ui_streamlit.login.visit import Standing, Visit


@dataclass(frozen=True)
class Words:
    """What the page says, and what its button does."""

    title: str
    text: str
    button: str


WELCOME = Words(
    "Electron microscopy, findable",
    "emfair keeps what your microscope writes, makes valid NeXus files of it, and finds it again.",
    "Log in",
)
ENDED = Words(
    "Your login has ended",
    "A login counts for {hours}, so that what you may see and do is never decided by older news, "
    "and only until you log out, in whatever window. Nothing that you saved is lost: after logging "
    "in you are back on this page.",
    "Log in again",
)
LINK_ENDED = Words(
    "This link shows nothing any more",
    "It has ended, was taken back, or a part of it was cut off. Ask whoever sent it for a new one. "
    "If you have an account here, you can log in.",
    "Log in",
)
_WORDS = {Standing.ENDED: ENDED, Standing.LINK_ENDED: LINK_ENDED}


def outside(visit: Visit, paths: Sequence[str]) -> None:
    """Show the login page at all `paths` of the app's pages (the first page's is empty)."""

    def page() -> None:
        _page(visit, asked.url_path)

    # Each path keeps a page, else Streamlit says of the address that it does not exist.
    pages = [
        st.Page(page, title="Log in", url_path=path or None, default=not path) for path in paths
    ]
    asked = st.navigation(pages, position="hidden")
    asked.run()


def _page(visit: Visit, path: str) -> None:
    settings = visit.access.services.settings
    words = _WORDS.get(visit.standing, WELCOME)
    query = [
        (name, value)
        for name in st.query_params
        for value in st.query_params.get_all(name)
        if (name, value) != FAILED
    ]
    show(
        "outside",
        words=words,
        text=words.text.format(hours=_hours(settings.login_hours)),
        failed=st.query_params.get(FAILED[0]) == FAILED[1],
        to=begin(f"/{path}?{urlencode(query)}" if query else f"/{path}"),
        host=urlsplit(settings.oidc_issuer).hostname,
        contact=settings.contact,
    )


def _hours(hours: float) -> str:
    return "an hour" if hours == 1 else f"{hours:g} hours"


def until(moment: datetime) -> str:
    """Return when a visit ends, for people to read.

    >>> until(datetime(2026, 6, 30, 22, 0, tzinfo=UTC))
    '30 June 2026, 22:00 UTC'
    """
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%B %Y, %H:%M} UTC"
