"""What someone sees of their own visit: tokens, the tour, the way out, whom to ask."""

from __future__ import annotations

import streamlit as st

from emfair.identity.policy import Resource
from emfair.identity.table import About, Action
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.tour import begin
from ui_streamlit.login.door import LEAVE
from ui_streamlit.login.outside import until
from ui_streamlit.login.visit import Standing, Visit

FACE = ":material/account_circle:"
"""By it the style sheet knows the menu, and puts it to the right."""
TOKENS = links.TOKENS.stem
"""The path of the page of one's access tokens."""
_LONGEST = 40  # characters of a name that fit into the bar


def account_pages(visit: Visit) -> dict[str, list[st.Page]]:
    """Return the pages of the menu that bears their name; a referee's page has no menu.

    The way out ends the login in this process, in the browser, and at the provider.
    """
    access = visit.access
    own = Resource(About.TOKEN, owner=access.subject)
    tokens = st.Page(
        links.TOKENS,
        title="Access tokens",
        icon=":material/key:",
        visibility="visible" if access.may(Action.MANAGE_TOKENS, own) else "hidden",
    )
    name = access.name if len(access.name) <= _LONGEST else f"{access.name[: _LONGEST - 1]}…"
    menu = f"{FACE} {escaped(name)}"
    if visit.standing is Standing.REFEREE:
        return {menu: [tokens]}
    again = st.Page(_tour_again, title="Take the tour", icon=":material/route:", url_path="tour")
    if visit.standing is not Standing.KNOWN:
        return {menu: [tokens, again]}

    def log_out() -> None:
        if visit.login:
            stores.reception().logins.end(visit.login, visit.access.services.now())
        st.caption("Logging out …")
        st.logout()

    way_out = st.Page(log_out, title="Log out", icon=":material/logout:", url_path="log-out")
    return {menu: [tokens, again, way_out]}


def _tour_again() -> None:
    begin()
    st.switch_page(links.HOME)


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
