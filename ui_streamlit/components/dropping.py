"""Where a person drops files: they go from browser to lake by the API, not through Streamlit.

What happens in the browser stands in ``web/deposit``. What does not belong here: where a deposit
goes, and its seal (`ui_streamlit.pages.deposit`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from emfair.service.services import Services
from ui_streamlit import built

_API = "/api/v1"
_STYLE = Path(__file__).with_suffix(".css")
_SCRIPT = """
const loading = import(new URL("%s", location.href));
export default function (component) {
  let gone = false;
  let end;
  loading.then((loaded) => { if (!gone) end = loaded.default(component); });
  return () => { gone = true; end?.(); };
}
"""


def dropping(services: Services, experiment: str, held_pass: str) -> int:
    """Show where files of `experiment` are dropped, and how far they are.

    Return how many are on their way from this window: some of them emfair has not heard of yet. The
    page is run again when files have arrived.

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
        },
        on_arrived_change=_heard,
    ).arrived
    key = f"on-its-way-{experiment}"
    if isinstance(told, int):
        st.session_state[key] = told
    return int(st.session_state.get(key, 0))


@cache
def _component() -> Any:
    return st.components.v2.component(
        "emfair.dropping",
        html='<div class="em-deposit"></div>',
        css=_STYLE.read_text("utf-8"),
        js=_SCRIPT % built.address("main.js"),
    )


def _heard() -> None:
    """Run the page again: that is all."""
