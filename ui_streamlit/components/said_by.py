"""Who said what stands in a field: whoever saved it, a session before, or you, a moment ago.

What does not belong here: what files, profile and records say (`known`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emfair.service.annotation_versions import History
from emfair.service.form import Field, Form, value_at
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.times import day

_TAKEN = "annotate-taken"


def taken(values: Mapping[str, Any], origin: str) -> None:
    """Remember where values of fields come from; those of another form are forgotten by `fresh`."""
    marked = {name: (value, origin) for name, value in values.items()}
    st.session_state[_TAKEN] = {**st.session_state.get(_TAKEN, {}), **marked}


def fresh() -> None:
    """Forget what was taken over into the form before."""
    st.session_state[_TAKEN] = {}


def said_by(form: Form, found: History, subject: str) -> dict[str, str]:
    """Return a badge (Markdown) for each field of which something is saved: who said it, and when.

    Parameters
    ----------
    subject
        Who looks: they are called “you”.
    """
    badges: dict[str, str] = {}
    for edit in found.edits:
        name = "you" if edit.author == subject else found.names.get(edit.author, edit.author)
        for change in edit.changes:
            badges.setdefault(
                change.field, f":violet-badge[{escaped(name)}] {day(edit.created_at)}"
            )
    saved = (field.name for field in form.fields if value_at(form.document, field.name) is not None)
    return {name: badges[name] for name in saved if name in badges}


def badge(field: Field, value: Any, saved: Any, by: Mapping[str, str]) -> str:
    """Return whose word stands in a field (Markdown); empty for nothing.

    Parameters
    ----------
    value, saved
        What stands in it, and what is saved.
    by
        The badges of what is saved (`said_by`).
    """
    if value is None:
        return ""
    if value == saved:
        return by.get(field.name, "")
    before, origin = st.session_state.get(_TAKEN, {}).get(field.name, (None, ""))
    if before == value:
        return f":blue-badge[last time] {escaped(origin)}"
    return ":violet-badge[you] not saved yet"
