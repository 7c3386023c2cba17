"""One's own access tokens: for scripts, which cannot log in. Made, seen, and ended."""

from __future__ import annotations

import streamlit as st

from emfair.identity.table import Action
from emfair.service.access import Granted
from emfair.service.nouns import tokens as use
from ui_streamlit import stores
from ui_streamlit.components.token_list import new_token, token_list


def tokens() -> None:
    """Show the page."""
    access = stores.access()
    st.title("Access tokens", anchor=False)
    kept = use.own(access)
    st.caption(
        "A token lets a script or another program act as you, within what you allow it, until it "
        "ends. It never has the power of a steward or an administrator, and cannot share, publish "
        "or make tokens. An instrument's token stands on the instrument's page."
    )
    new_token("own-token", lambda wanted: use.create(access, wanted))
    st.header("Your tokens", anchor=False)
    token_list(kept, _end)


def _end(identifier: str) -> None:
    access = stores.access()
    use.revoke(Granted(access, access.token(Action.MANAGE_TOKENS, identifier)))


if __name__ == "__main__":
    tokens()
