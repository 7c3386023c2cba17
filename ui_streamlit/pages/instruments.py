"""Instruments: which there are, and one's card, profile, experiments and tokens."""

from __future__ import annotations

from functools import partial

import streamlit as st

from emfair.errors import EmfairError
from emfair.identity.policy import SERVICE, Resource
from emfair.identity.table import About, Action
from emfair.model.nouns import InstrumentCard
from emfair.registry import CardRow
from emfair.service import browse
from emfair.service.access import Access, Granted, card_resource
from emfair.service.nouns import instruments as use
from emfair.service.nouns import removal, tokens
from emfair.service.nouns.edits import titled
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.address import settle
from ui_streamlit.components.card_form import card_form, forget
from ui_streamlit.components.instrument import InstrumentEditing, about, profile
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.notices import notice, notices
from ui_streamlit.components.once import once, turn_of
from ui_streamlit.components.removing import removal as delete
from ui_streamlit.components.times import day
from ui_streamlit.components.token_list import new_token, token_list
from ui_streamlit.components.turning import cursor, turn
from ui_streamlit.components.words import STATES

ROWS, LATEST = 30, 6
_EDITED, _NEW = "instrument-edited", "instrument-new"
_NAME = "instrument"
InstrumentRow = CardRow[InstrumentCard]


def instruments() -> None:
    """Show the page: all, or the instrument that the address names."""
    access = stores.access()
    if identifier := settle("id").get("id"):
        _one(access, access.instrument(Action.READ_INSTRUMENT, identifier))
        return
    access.require(Action.READ_INSTRUMENT, Resource(About.INSTRUMENT))
    st.title("Instruments", anchor=False)
    st.caption("A profile says once what an instrument's files do not carry.")
    text = st.text_input(
        "Words", key="instruments-text", placeholder="Name, model, serial number …",
        icon=":material/search:", max_chars=200, label_visibility="collapsed",
    )  # fmt: skip
    if access.may(Action.CREATE_INSTRUMENT, SERVICE):
        _new(access)
    page = use.instruments(access, text=text, limit=ROWS, after=cursor("instruments", text))
    for row in page.rows:
        _line(row)
    if not page.rows:
        st.info(
            "No instrument fits. Use fewer words." if text else "No instrument is registered yet.",
            icon=":material/search_off:",
        )
    turn("instruments", page.next)


def _line(row: InstrumentRow) -> None:
    with st.container(border=True, gap="xxsmall"):
        st.page_link(
            links.INSTRUMENTS, label=f"**{escaped(row.card.title)}**", query_params={"id": row.id}
        )
        makers = [one.name for one in row.card.manufacturers]
        model = [row.card.model.name] if row.card.model else []
        st.caption(escaped(" · ".join([*makers, *model]) or "Nothing more is told of it yet."))


def _new(access: Access) -> None:
    base = f"{_NEW}-{turn_of(_NEW)}"
    with st.popover("New", icon=":material/add:"), st.form(base, border=False):
        title = st.text_input(
            "What people call it", key=f"{base}-title", max_chars=500, placeholder="Titan 80-300"
        )
        if not st.form_submit_button("Make it", type="primary"):
            return
        try:
            access.service(Action.CREATE_INSTRUMENT)
            with once(_NEW):
                row = use.create_instrument(access, titled(InstrumentCard, title))
        except EmfairError as error:
            notice(error)
            return
    st.session_state[_EDITED] = row.id
    st.query_params["id"] = row.id
    st.rerun()


def _one(access: Access, row: InstrumentRow) -> None:
    st.page_link(links.INSTRUMENTS, label="Instruments", icon=":material/arrow_back:")
    st.title(escaped(row.card.title), anchor=False)
    st.caption(f"Known as {escaped(row.id)}, here since {day(row.created_at)}.")
    resource = card_resource(About.INSTRUMENT, row, None)
    may_edit = access.may(Action.EDIT_INSTRUMENT, resource)
    if may_edit and st.session_state.get(_EDITED) == row.id:
        _edit(access, row)
        return
    with st.container(horizontal=True, gap="small"):
        if may_edit:
            st.button("Edit", icon=":material/edit:", on_click=_begin, args=(row.id,))
        if removal.can_remove_instrument(access, row):
            said = "No experiment names it. Its access tokens and memberships end."
            delete("instrument", said, partial(_delete, row.id, row.version))
    left, right = st.columns(2, gap="large")
    with left:
        profile(row.card)
    with right:
        about(row.card)
    with notices():
        _experiments(access, row)
    if access.may(Action.SHARE_INSTRUMENT, resource):
        with notices():
            _tokens(access, row)


def _delete(identifier: str, version: int) -> None:
    access = stores.access()
    removing = Granted(access, access.instrument(Action.DELETE_INSTRUMENT, identifier))
    removal.remove_instrument(removing, expected_version=version)
    st.query_params.clear()


def _begin(identifier: str) -> None:
    forget(_NAME)
    st.session_state[_EDITED] = identifier


def _end() -> None:
    st.session_state.pop(_EDITED, None)


def _edit(access: Access, row: InstrumentRow) -> None:
    def latest() -> InstrumentRow:
        return access.instrument(Action.EDIT_INSTRUMENT, row.id)

    def save(card: InstrumentCard, version: int) -> InstrumentRow:
        return use.edit_instrument(Granted(access, latest()), card, expected_version=version)

    st.button("Leave it as it is", icon=":material/close:", on_click=_end)
    if card_form(InstrumentEditing(_NAME, row, save, latest, wide=True)):
        _end()
        st.rerun()


def _experiments(access: Access, row: InstrumentRow) -> None:
    st.header("Latest experiments", anchor=False)
    page = browse.experiments(access, instrument=row.id, limit=LATEST)
    for one in page.rows:
        with st.container(border=True, gap="xxsmall"):
            st.page_link(
                links.EXPERIMENT, label=f"**{escaped(one.title)}**", query_params={"id": one.id}
            )
            show("line", word=STATES[one.state], reason=one.state_reason, place=page.places[one.id])
    if not page.rows:
        st.caption("None that you may see.")


def _tokens(access: Access, row: InstrumentRow) -> None:
    st.header("Access tokens", anchor=False)
    st.caption(
        f"With one the instrument's own computer sends files as the member instrument:{row.id} of "
        "projects: make it an editor there."
    )
    sharing = Granted(access, access.instrument(Action.SHARE_INSTRUMENT, row.id))
    token_list(tokens.of_instrument(sharing), lambda token: _revoke(row.id, token))
    with st.expander("A new token"):
        new_token(
            f"token-of-{row.id}", lambda wanted: tokens.create_for_instrument(sharing, wanted)
        )


def _revoke(instrument: str, token: str) -> None:
    access = stores.access()
    sharing = Granted(access, access.instrument(Action.SHARE_INSTRUMENT, instrument))
    tokens.revoke_of_instrument(sharing, token)


if __name__ == "__main__":
    instruments()
