"""What people decide about an experiment: its title, its instrument, and who sees it.

What does not belong here: what is said of it (`ui_streamlit.pages.annotate`).
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from emfair.errors import EmfairError
from emfair.identity.table import Action
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentEdit, ExperimentRow
from emfair.service.access import Access, Granted, experiment_resource
from emfair.service.nouns import instruments, referees
from emfair.service.nouns.experiment_edits import edit_experiment
from ui_streamlit import stores
from ui_streamlit.components.labels import distinct
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.notices import notice
from ui_streamlit.components.referee_links import link_list, new_link

_OFFERED = 200


@dataclass(frozen=True)
class Decided:
    """What was decided when a form was opened, or is now."""

    title: str
    instrument: str | None
    restricted: bool

    @classmethod
    def of(cls, row: ExperimentRow) -> Decided:
        """Return what is decided of an experiment."""
        return cls(row.title, row.instrument, row.restricted)


def decide(access: Access, row: ExperimentRow) -> None:
    """Show a button that opens the form, to who may; it is closed again by saving."""
    resource = experiment_resource(row)
    may_edit = access.may(Action.EDIT_EXPERIMENT, resource)
    may_share = access.may(Action.SHARE_EXPERIMENT, resource)
    if row.state is ExperimentState.TOMBSTONED or not (may_edit or may_share):
        return
    turn = st.session_state.get("decide-turn", 0)
    key = f"decide-{row.id}-{turn}"
    editor = st.popover("Edit", icon=":material/edit:", type="tertiary", key=key, on_change="rerun")
    if not editor.open:
        st.session_state.pop(f"{key}-opened", None)
        return
    opened: Decided = st.session_state.setdefault(f"{key}-opened", Decided.of(row))
    with editor:
        saved = _form(access, row, opened, key, may_edit=may_edit, may_share=may_share)
        if may_share:
            _links(access, row)
    if saved:
        st.session_state["decide-turn"] = turn + 1
        st.toast("Saved.", icon=":material/check:")
        st.rerun()


def _form(
    access: Access,
    row: ExperimentRow,
    opened: Decided,
    key: str,
    *,
    may_edit: bool,
    may_share: bool,
) -> bool:
    """Show the form; return whether it was saved."""
    wanted = opened
    with st.form(f"{key}-form", border=False):
        if may_edit:
            wanted = _editable(access, row, opened, key)
        if may_share:
            restricted = st.checkbox(
                "Only for those who work on it", value=opened.restricted, key=f"{key}-restricted",
                help="Viewers of the project, referees and administrators do not see it then.",
            )  # fmt: skip
            wanted = Decided(wanted.title, wanted.instrument, restricted)
        sent = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if not sent:
        return False
    now = Decided.of(row)
    if now not in (opened, wanted):
        st.session_state[f"{key}-opened"] = now
        st.warning(
            f"**Someone changed it meanwhile.** Now its title is {escaped(now.title)}, its "
            f"instrument {escaped(now.instrument or 'not told')}, and it is "
            f"{'restricted' if now.restricted else 'open to the project'}. Save again to replace "
            "that by what stands here.",
            icon=":material/group:",
        )
        return False
    try:
        _save(row, now, wanted)
    except EmfairError as error:
        notice(error)
        return False
    return True


def _editable(access: Access, row: ExperimentRow, opened: Decided, key: str) -> Decided:
    sealed = row.manifest_version is not None
    title = st.text_input(
        "Title", value=opened.title, key=f"{key}-title", max_chars=500, disabled=sealed,
        help="It is sealed; its annotations can give it another one." if sealed else None,
    )  # fmt: skip
    known = {one.id: one.card.title for one in instruments.instruments(access, limit=_OFFERED).rows}
    if opened.instrument:
        known.setdefault(opened.instrument, opened.instrument)
    known = distinct(known)
    instrument = st.selectbox(
        "Instrument", list(known), key=f"{key}-instrument", placeholder="Not told",
        index=list(known).index(opened.instrument) if opened.instrument else None,
        format_func=lambda one: known.get(one, one),
        help="Its profile fills in what no file carries, when the experiment is processed next.",
    )  # fmt: skip
    return Decided(title.strip(), instrument, opened.restricted)


def _save(row: ExperimentRow, now: Decided, wanted: Decided) -> None:
    """Save what has changed, as two deeds: not everyone who may do one may do the other."""
    access, version = stores.access(), row.version
    if (wanted.title, wanted.instrument) != (now.title, now.instrument):
        editing = Granted(access, access.experiment(Action.EDIT_EXPERIMENT, row.id))
        edit = ExperimentEdit(
            None if wanted.title == now.title else wanted.title, wanted.instrument or ""
        )
        version = edit_experiment(editing, edit, expected_version=version).version
    if wanted.restricted != now.restricted:
        sharing = Granted(access, access.experiment(Action.SHARE_EXPERIMENT, row.id))
        edit = ExperimentEdit(restricted=wanted.restricted)
        edit_experiment(sharing, edit, expected_version=version)


def _links(access: Access, row: ExperimentRow) -> None:
    with st.expander("Referee links"):
        sharing = Granted(access, access.experiment(Action.SHARE_EXPERIMENT, row.id))
        link_list(referees.of_experiment(sharing), lambda link: _end(row.id, link))
        if row.restricted:
            st.caption("It is restricted: a referee would not see it.")
        else:
            ways = {"This experiment": lambda until: referees.show_experiment(sharing, until)}
            new_link(f"link-{row.id}", ways)


def _end(experiment: str, link: str) -> None:
    access = stores.access()
    sharing = Granted(access, access.experiment(Action.SHARE_EXPERIMENT, experiment))
    referees.revoke(access, referees.of_experiment(sharing), link)
