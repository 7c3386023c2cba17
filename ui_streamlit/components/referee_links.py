"""Links that show a project or an experiment to whoever has them, for a time; each shown once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import streamlit as st

from emfair.errors import EmfairError
from emfair.registry import RefereeLink
from emfair.service.naming import names
from emfair.service.nouns.referees import NewLink
from ui_streamlit import stores
from ui_streamlit.components.ending import ending, last_day
from ui_streamlit.components.markup import show
from ui_streamlit.components.notices import notice, notices
from ui_streamlit.components.once import Secret, once, show_kept, turn_of
from ui_streamlit.components.times import day
from ui_streamlit.components.words import TOKENS, Word

Make = Callable[[datetime], NewLink]
End = Callable[[str], None]
_DAYS, _LONGEST = 30, 366


def link_list(links: tuple[RefereeLink, ...], end: End) -> None:
    """Show links, those that count first; `end` ends the one with an identifier."""
    services = stores.services()
    now, called = services.now(), names(services, (link.created_by for link in links))
    for link in sorted(links, key=lambda one: _word(one, now) is not TOKENS["good"]):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            show(
                "link",
                shown=link.experiment or "the whole project",
                word=_word(link, now),
                until=last_day(link.until),
                made=day(link.created_at),
                by=called.get(link.created_by, link.created_by),
            )
            if _word(link, now) is TOKENS["good"]:
                st.button(
                    "End it now", key=f"link-{link.id}-end", icon=":material/link_off:",
                    on_click=_end, args=(end, link.id),
                )  # fmt: skip
    if not links:
        st.caption("None yet.")


def new_link(name: str, ways: Mapping[str, Make]) -> None:
    """Show the form of a new link, and the address of the one that was just made.

    Parameters
    ----------
    name
        Tells it from others on the page.
    ways
        What makes a link, by what it shows.
    """
    show_kept(name)
    base = f"{name}-{turn_of(name)}"
    with st.form(base):
        shown = st.selectbox("It shows", list(ways), key=f"{base}-shown")
        now = stores.services().now()
        until = ending("Last day", f"{base}-until", now, after=_DAYS, longest=_LONGEST)
        st.caption("Whoever has the link sees this without a login, and nothing restricted.")
        sent = st.form_submit_button("Make a link", type="primary", icon=":material/add_link:")
    if not sent:
        return
    try:
        with once(name) as held:
            held.append(Secret("The referee link.", ways[shown](until).url))
    except EmfairError as error:
        notice(error)
        return
    st.rerun()


def _end(end: End, identifier: str) -> None:
    with notices():
        end(identifier)


def _word(link: RefereeLink, now: datetime) -> Word:
    if link.revoked_at is not None:
        return TOKENS["revoked"]
    return TOKENS["good"] if now < link.until else TOKENS["ended"]
