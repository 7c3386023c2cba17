"""emfair's errors as notices: what happened, to what, what to do. Never a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from emfair.errors import BadCall, BadData, EmfairError, Unauthenticated
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.login.door import begin, here

_log = logging.getLogger(__name__)


def notice(error: EmfairError) -> None:
    """Show an error that emfair raised on purpose."""
    first, _, rest = error.message.partition("\n")
    head = f"**{escaped(error.subject)}**: " if error.subject else ""
    text = f"{head}{escaped(first)}"
    if error.remedy:
        text += f"\n\n{escaped(error.remedy)}"
    if isinstance(error, BadCall | BadData):
        st.warning(text, icon=":material/error:")
    else:
        st.error(text, icon=":material/cloud_off:")
    if isinstance(error, Unauthenticated):
        show("again", to=begin(here()))
    if rest.strip():
        st.code(rest.strip("\n"), language=None)


@contextmanager
def notices() -> Iterator[None]:
    """Show what goes wrong in the block as a notice; the rest of the page stays."""
    try:
        yield
    except EmfairError as error:
        notice(error)
    except Exception:  # noqa: BLE001  a page must not crash; the log has the trace
        _log.exception("a page failed")
        st.error(
            "**This part of the page failed.** It is a defect in emfair, not in your data.\n\n"
            "Reload the page; if it happens again, report it with the time. "
            "The log of the app says why.",
            icon=":material/bug_report:",
        )
