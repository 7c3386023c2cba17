"""An experiment in a few lines, wherever some of them are named: title, state, place, what to do.

What does not belong here: which experiments (`emfair.service.overview`), and long lists.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from emfair.identity.table import Action
from emfair.model.states import ExperimentState as State
from emfair.registry import ExperimentRow
from emfair.service.access import Access, experiment_resource
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.times import moment
from ui_streamlit.components.words import STATES

_PICTURED = (State.NEEDS_INPUT, State.INVALID, State.VALID, State.PUBLISHED)

_THUMB = 72  # pixels


def brief(
    row: ExperimentRow,
    place: str,
    to: Path = links.EXPERIMENT,
    *,
    go: str = "",
    picture: bool = False,
    by: str = "",
) -> None:
    """Show an experiment.

    Parameters
    ----------
    place
        Where it hangs, in titles.
    to
        The page that its title leads to.
    go
        What one does there, said on a link of its own; empty if the title is enough.
    picture
        Whether a thumbnail is shown, if there can be one.
    by
        Who deposited it; empty if it goes without saying.
    """
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if picture and row.state in _PICTURED:
            with st.container(width=_THUMB):
                show("thumb", src=links.api(row.id, "preview.png"))
        with st.container(gap="xxsmall", width="stretch"):
            label = f"**{escaped(row.title)}**"
            st.page_link(to, label=label, query_params={"id": row.id})
            show(
                "brief",
                word=STATES[row.state],
                reason=row.state_reason,
                place=place,
                when=moment(row.updated_at),
                by=by,
            )
        if go:
            st.page_link(
                to, label=go, query_params={"id": row.id}, icon=":material/arrow_forward:",
                width="content",
            )  # fmt: skip


def mending(access: Access, row: ExperimentRow) -> tuple[Path, str]:
    """Return the page on which whoever looks mends what is wrong, and what they do there."""
    if row.state is State.NEEDS_INPUT and access.may(Action.ANNOTATE, experiment_resource(row)):
        return links.ANNOTATE, "Annotate"
    return links.EXPERIMENT, "See why"
