"""The seal of a deposit: the first thing in the run that its button begins.

Streamlit ends a run at its next touch of page or session once its page is left or loaded again:
whoever presses the button and goes at once has sealed the deposit all the same. And it forgets that
a button was pressed which is drawn disabled: a press that came to nothing is told all the same.
What does not belong here: when a deposit can be sealed (`ui_streamlit.pages.deposit`).
"""

from __future__ import annotations

import streamlit as st

from emfair.identity.table import Action
from emfair.model.states import IN_PROGRESS
from emfair.registry import ExperimentRow
from emfair.service import deposits
from ui_streamlit import leaving, stores
from ui_streamlit.components import links


def seal_button(experiment: str, *, disabled: bool) -> None:
    """Show the button; ask before for what came of it (`go_on`), and tell it after."""
    st.button(
        "Seal the deposit",
        key=_button(experiment),
        type="primary",
        icon=":material/lock:",
        disabled=disabled,
        help="Closes it and begins processing. Later files make another version.",
        on_click=_seal,
        args=(experiment,),
    )


def go_on(row: ExperimentRow) -> None:
    """Show the experiment in place of the page if this run has sealed its deposit.

    Call it before the button is shown. A run that was to seal nothing tells no failure.
    """
    if not st.session_state.get(_button(row.id)):
        st.session_state.pop(_failure(row.id), None)
    elif row.state not in IN_PROGRESS:
        leaving.forget()
        st.switch_page(links.EXPERIMENT, query_params={"id": row.id})


def tell_failure(experiment: str) -> None:
    """Raise why this run could not seal the deposit, if it was to."""
    failure: Exception | None = st.session_state.get(_failure(experiment))
    if failure is not None:
        raise failure


def _seal(experiment: str) -> None:
    failure = None
    try:
        access = stores.access()
        access.experiment(Action.UPLOAD, experiment)
        deposits.seal(access, experiment)
    except Exception as error:  # noqa: BLE001  raised again where the page can tell it
        failure = error
    st.session_state[_failure(experiment)] = failure


def _button(experiment: str) -> str:
    return f"seal-{experiment}"


def _failure(experiment: str) -> str:
    return f"not-sealed-{experiment}"
