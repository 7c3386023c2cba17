"""What someone sees of their own visit: the way out, that they are a referee, whom to ask."""

from __future__ import annotations

import streamlit as st

from ui_streamlit import stores
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.login.door import LEAVE
from ui_streamlit.login.outside import until
from ui_streamlit.login.visit import Standing, Visit

FACE = ":material/account_circle:"
"""By it the style sheet knows the menu, and puts it to the right."""
_LONGEST = 40  # characters of a name that fit into the bar


def account_pages(visit: Visit) -> dict[str, list[st.Page]]:
    """Return the pages of the menu that bears their name; empty where nobody logs in.

    The way out ends the login in this process, in the browser, and at the provider.
    """
    if visit.standing is not Standing.KNOWN:
        return {}
    name = escaped(visit.access.name)
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"

    def log_out() -> None:
        if visit.login:
            stores.reception().logins.end(visit.login, visit.access.services.now())
        st.caption("Logging out …")
        st.logout()

    way_out = st.Page(log_out, title="Log out", icon=":material/logout:", url_path="log-out")
    return {f"{FACE} {short}": [way_out]}


def greet(visit: Visit) -> None:
    """Say what is special about this visit, above every page."""
    if visit.standing is Standing.REFEREE:
        (granted,) = visit.access.granted
        show("referee", until=granted.until and until(granted.until), leave=LEAVE)
    if visit.is_newcomer:
        _newcomer(visit)


def _newcomer(visit: Visit) -> None:
    contact = visit.access.services.settings.contact
    steward = f"a steward of this emfair ({escaped(contact)})" if contact else "a steward"
    st.info(
        f"**You are in no project yet, {escaped(visit.access.name)}.** Ask an owner of the "
        f"project, or {steward}, to add you: they find you by your name now that you have logged "
        "in. What you deposit yourself you always see.",
        icon=":material/group_add:",
    )
