"""Access tokens: those there are, and a new one, whose secret is shown once.

What does not belong here: whose they are (the pages), and what makes one good
(`emfair.identity.tokens`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from emfair.errors import EmfairError
from emfair.identity.table import table
from emfair.model.tokens import StoredToken
from emfair.service.nouns.tokens import Wanted
from ui_streamlit import stores
from ui_streamlit.components.ending import ending, last_day
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.notices import notice, notices
from ui_streamlit.components.once import Secret, once, show_kept, turn_of
from ui_streamlit.components.times import moment
from ui_streamlit.components.words import TOKENS, Word

_DAYS, _LONGEST = 90, 365
_NOTHING = "Choose at least one thing that it may do."
Make = Callable[[Wanted], tuple[str, StoredToken]]
End = Callable[[str], None]


def token_list(kept: Sequence[StoredToken], end: End) -> None:
    """Show tokens, those that count first; `end` ends the one with an identifier."""
    now = stores.services().now()
    for one in sorted(kept, key=lambda one: _word(one, now) is not TOKENS["good"]):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            show(
                "token",
                name=one.name,
                word=_word(one, now),
                scopes=", ".join(sorted(one.scopes)),
                made=moment(one.created_at),
                until=last_day(one.expires_at),
                used=moment(one.last_used_at) if one.last_used_at else "",
            )
            if _word(one, now) is TOKENS["good"]:
                _ending(one, end)
    if not kept:
        st.caption("None yet.")


def new_token(name: str, make: Make) -> None:
    """Show the form of a new token, and the secret of the one that was just made.

    Parameters
    ----------
    name
        Tells it from others on the page.
    """
    show_kept(name)
    base = f"{name}-{turn_of(name)}"
    with st.form(base):
        called = st.text_input(
            "What it is for", key=f"{base}-name", max_chars=500, placeholder="FIB's PC"
        )
        st.markdown("**It may**")
        scopes = [
            scope
            for scope, words in table().scopes.items()
            if st.checkbox(f"{words}  :gray[{scope}]", key=f"{base}-{scope}")
        ]
        nothing = st.container()
        until = ending(
            "Last day", f"{base}-until", stores.services().now(), after=_DAYS, longest=_LONGEST
        )
        sent = st.form_submit_button("Make the token", type="primary", icon=":material/key:")
    if sent and not scopes:
        nothing.caption(f":red[{_NOTHING}]")
    elif sent:
        _make(name, make, Wanted(called.strip(), frozenset(scopes), until))


def _make(name: str, make: Make, wanted: Wanted) -> None:
    try:
        with once(name) as held:
            text, kept = make(wanted)
            held.append(Secret(f"The token {escaped(kept.name)}.", text, _usage()))
    except EmfairError as error:
        notice(error)
        return
    st.rerun()


def _usage() -> str:
    url = stores.services().settings.public_url
    return (
        f"export EMFAIR_TOKEN=…        # the token\n"
        f'emfair deposit session/ --server {url} --project "Quartz interfaces"\n'
        f'curl -H "Authorization: Bearer $EMFAIR_TOKEN" {url}/api/v1/me'
    )


def _ending(one: StoredToken, end: End) -> None:
    with st.popover("Revoke", icon=":material/block:", key=f"token-{one.id}"):
        st.write("Whatever uses it is refused from now on. This cannot be undone.")
        st.button("Revoke it", key=f"token-{one.id}-end", on_click=_end, args=(end, one.id))


def _end(end: End, identifier: str) -> None:
    with notices():
        end(identifier)


def _word(one: StoredToken, now: datetime) -> Word:
    if one.revoked_at is not None:
        return TOKENS["revoked"]
    return TOKENS["good"] if now < one.expires_at else TOKENS["ended"]
