"""Where a person drops files: they go from browser to lake by the API, not through Streamlit.

What happens in the browser stands in ``web/deposit``. What does not belong here: where a deposit
goes, and its seal (`ui_streamlit.pages.deposit`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from emfair.service.services import Services
from ui_streamlit import built

_API = "/api/v1"
_STYLE = Path(__file__).with_suffix(".css")


class Window(NamedTuple):
    """The files of this window: how many are on their way, and how many could not be sent.

    Some of them emfair has not heard of.
    """

    on_its_way: int = 0
    not_sent: int = 0


def dropping(services: Services, experiment: str, held_pass: str) -> Window:
    """Show where files of `experiment` are dropped, and how far they are; tell who are not there.

    The page is run again when files have arrived.

    Parameters
    ----------
    held_pass
        What the browser sends them with; empty where there is no login.
    """
    told = _component()(
        key=f"dropping-{experiment}",
        data={
            "experiment": experiment,
            "api": _API,
            "pass": held_pass,
            "own": not services.lake.url.startswith("s3:"),
            "gone": st.session_state.get(_gone(experiment), []),
        },
        on_arrived_change=_heard,
    ).arrived
    key = f"window-{experiment}"
    if isinstance(told, Mapping):
        st.session_state[key] = Window(int(told["open"]), int(told["unsent"]))
    window: Window = st.session_state.get(key, Window())
    return window


def taken_out(experiment: str, uploads: Iterable[str]) -> None:
    """Let the list of files in the browser forget what was taken out of the deposit here."""
    gone = st.session_state.get(_gone(experiment), [])
    st.session_state[_gone(experiment)] = [*gone, *uploads]


def _gone(experiment: str) -> str:
    return f"gone-{experiment}"


@cache
def _component() -> Any:
    return st.components.v2.component(
        "emfair.dropping",
        html='<div class="em-deposit"></div>',
        css=_STYLE.read_text("utf-8"),
        js=built.script("main.js"),
    )


def _heard() -> None:
    """Run the page again: that is all."""
