"""What stewards and administrators look after, on the home page."""

from __future__ import annotations

import streamlit as st

from emfair.service import overview
from emfair.service.access import Access
from emfair.service.overview import Glance
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.rows import brief, mending
from ui_streamlit.components.words import STATES

_GB = 1e9


def longest(access: Access, glance: Glance) -> None:
    """Show what has waited longest for a person."""
    if not glance.longest.rows:
        return
    st.header("Waits longest", anchor=False)
    for row in glance.longest.rows:
        to, go = mending(access, row)
        brief(row, glance.longest.places[row.id], to, go=go, by=glance.name_of(row))


def alike(glance: Glance) -> None:
    """Show failures that repeat, each with the list of where it does."""
    if not glance.alike:
        return
    st.header("Goes wrong alike", anchor=False)
    for one in glance.alike:
        with st.container(border=True, gap="xxsmall"):
            st.page_link(
                links.EXPERIMENTS,
                label=f"**{one.experiments:,} {STATES[one.state].label}**",
                query_params={"state": one.state.value, "reason": one.reason},
            )
            st.caption(escaped(one.reason[:300]))


def upkeep(access: Access) -> None:
    """Show what an administrator looks after: what was left, what failed, room on the disk."""
    found = overview.upkeep(access)
    if found.left.rows or found.failed.rows:
        st.header("To look after", anchor=False)
    if found.left.rows:
        with st.expander(f"Left half-way · {found.left.total:,}"):
            for one in found.left.rows:
                brief(one.row, found.left.places[one.row.id])
                st.caption(f"Is given up on {one.ends:%d %B %Y}, unless somebody goes on.")
            if found.left.total > len(found.left.rows):
                st.caption(f"The {len(found.left.rows)} that end first, of {found.left.total:,}.")
    if found.failed.rows:
        with st.expander(f"Failed runs · {found.failed.total:,}"):
            for row in found.failed.rows:
                brief(row, found.failed.places[row.id])
                if run := links.dagster(access.services.settings, row.id):
                    st.link_button(
                        "Its run in Dagster", run, icon=":material/account_tree:", type="tertiary"
                    )
    for disk in found.disks:
        text = f"{disk.free / _GB:,.0f} GB of {disk.total / _GB:,.0f} GB free ({disk.where})"
        if disk.nearly_full:
            st.warning(f"The disk is nearly full: {text}.", icon=":material/hard_drive:")
        else:
            st.caption(f":material/hard_drive: {text}")
