"""Whether the browser asks before someone reloads or closes a page: something is not saved yet.

What happens in the browser stands in ``web/annotate``. What does not belong here: what is saved.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from ui_streamlit import built


def ask_before_leaving(*, unsaved: bool) -> None:
    """Let the browser ask as long as something is unsaved, also on other pages of the app.

    Nothing is seen of it on the page. It is called each time the page runs.
    """
    with st.container(key="unseen"):
        _component()(key="unsaved", data={"unsaved": unsaved})


@cache
def _component() -> Any:
    return st.components.v2.component(
        "emfair.unsaved", html="<span></span>", js=built.script("unsaved.js")
    )
