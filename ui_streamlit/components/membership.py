"""Who works on a project: each member's role and where it comes from; made, changed, ended.

What does not belong here: links for people who are not known (`referee_links`).
"""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from emfair.errors import EmfairError
from emfair.identity.roles import Role
from emfair.identity.table import Action
from emfair.service.access import Access, Granted
from emfair.service.nouns import members as use
from emfair.service.nouns.members import Member, ProjectRow
from ui_streamlit import stores
from ui_streamlit.components.ending import ending, last_day
from ui_streamlit.components.markup import show
from ui_streamlit.components.notices import notice
from ui_streamlit.components.times import day
from ui_streamlit.components.whom import whom
from ui_streamlit.components.words import ROLES

GRANTED = (Role.OWNER, Role.EDITOR, Role.VIEWER)
SHOWN = 50
_DAYS = 90


def member_list(reading: Granted[ProjectRow], *, may_manage: bool) -> None:
    """Show the members, owners first; of many, those that some words find."""
    found = sorted(use.members(reading), key=lambda one: (_rank(one), _called(one).casefold()))
    text = ""
    if len(found) > SHOWN:
        text = st.text_input(
            "Words", key="members-text", placeholder="Name …", icon=":material/search:",
            max_chars=200, label_visibility="collapsed",
        ).casefold()  # fmt: skip
    fitting = [one for one in found if text in f"{_called(one)} {one.subject}".casefold()]
    for one in fitting[:SHOWN]:
        _line(reading, one, may_manage=may_manage)
    if len(fitting) > SHOWN:
        st.caption(f"{SHOWN} of {len(fitting):,}; use words to find others.")
    if not fitting:
        st.caption("Nobody fits." if text else "Nobody by a membership.")


def new_member(access: Access, project: str) -> None:
    """Show the choice of a person, and which role they get."""
    turn = st.session_state.get("member-turn", 0)
    base = f"member-{turn}"
    subject = whom(access, "Person or instrument", base, also_instruments=True)
    role, until = _role_and_end(base, Role.VIEWER.value, None)
    add = st.button("Add", type="primary", icon=":material/person_add:", disabled=not subject)
    if add and subject and _granted(project, subject, role, until):
        st.session_state["member-turn"] = turn + 1
        st.rerun()


def _line(reading: Granted[ProjectRow], one: Member, *, may_manage: bool) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        now = reading.access.services.now()
        show(
            "member",
            name=_called(one),
            subject=one.subject,
            word=ROLES[Role(one.role)],
            source=_source(reading, one),
            until=last_day(one.until) if one.until else "",
            over=one.until is not None and one.until <= now,
        )
        if may_manage and one.source == "membership":
            _change(reading.row.id, one)


def _change(project: str, one: Member) -> None:
    turn = st.session_state.get("member-turn", 0)
    key = f"change-{turn}-{one.subject}"
    with st.popover("Change", icon=":material/edit:", key=key, on_change="rerun") as editor:
        if not editor.open:
            return
        role, until = _role_and_end(key, one.role, one.until)
        with st.container(horizontal=True):
            save = st.button("Save", key=f"{key}-save", type="primary", icon=":material/save:")
            remove = st.button("Remove", key=f"{key}-remove", icon=":material/person_remove:")
        done = (save and _granted(project, one.subject, role, until)) or (
            remove and _revoked(project, one.subject)
        )
    if done:
        st.session_state["member-turn"] = turn + 1
        st.rerun()


def _role_and_end(key: str, role: str, until: datetime | None) -> tuple[str, datetime | None]:
    roles = [one.value for one in GRANTED]
    chosen = st.selectbox(
        "Role",
        roles,
        index=roles.index(role),
        key=f"{key}-role",
        format_func=lambda one: f"{one}: {ROLES[Role(one)].meaning}",
    )
    ends = st.checkbox("It ends by itself", value=until is not None, key=f"{key}-ends")
    if not ends:
        return chosen, None
    now = stores.services().now()
    days = max((until - now).days, 0) if until else _DAYS
    return chosen, ending("Last day", f"{key}-until", now, after=days)


def _granted(project: str, subject: str, role: str, until: datetime | None) -> bool:
    try:
        use.grant(_managing(project), subject, role, until)
    except EmfairError as error:
        notice(error)
        return False
    st.toast("Saved.", icon=":material/check:")
    return True


def _revoked(project: str, subject: str) -> bool:
    try:
        use.revoke(_managing(project), subject)
    except EmfairError as error:
        notice(error)
        return False
    st.toast("Removed.", icon=":material/check:")
    return True


def _managing(project: str) -> Granted[ProjectRow]:
    access = stores.access()
    return Granted(access, access.project(Action.MANAGE_MEMBERSHIP, project))


def _source(reading: Granted[ProjectRow], one: Member) -> str:
    if one.source == "group":
        return f"by the login's group {use.groups(reading.row.id)[one.role]}"
    when = f" on {day(one.granted_at)}" if one.granted_at else ""
    return f"by a membership, given{when}"


def _called(one: Member) -> str:
    return one.name or one.subject


def _rank(one: Member) -> int:
    return GRANTED.index(Role(one.role))
