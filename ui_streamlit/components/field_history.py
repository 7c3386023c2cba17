"""The history of an experiment's fields: who changed what when, and why where they were asked.

What does not belong here: whose word stands in a field now (`said_by`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from emfair.model.changes import steps
from emfair.model.facts import Source
from emfair.registry import AnnotationEdit
from emfair.service.annotation_versions import History
from emfair.service.form import Form, titles
from ui_streamlit.components.ask import words_of
from ui_streamlit.components.markup import show
from ui_streamlit.components.single_files import values_of_files
from ui_streamlit.components.times import moment
from ui_streamlit.components.values import value_of
from ui_streamlit.components.words import SOURCES

_SHOWN = 3  # values of files that differ


def field_history(found: History, form: Form) -> None:
    """Show every version that changed a field, newest first; nothing before the first.

    A version has one reason: it stands once, below all of its changes. Where nobody says a field,
    it tells what counts of those who are known without the `form`.
    """
    edits = [edit for edit in found.edits if edit.changes]
    if not edits:
        return
    number = sum(len(edit.changes) for edit in edits)
    with st.expander(f"History · {number} change{'' if number == 1 else 's'}"):
        versions = [_version(edit, found.names, partial(_without_word, form)) for edit in edits]
        show("history", versions=versions)


def called(name: str, titles: Mapping[str, str]) -> str:
    """Return what people call a field; of a single file with the file's name.

    The name is a change's (``files["a.dm3"].title``) or a mistake's (``files.a.dm3.title``).
    """
    if name.startswith('files["'):
        _, file, *_, field = steps(name)
    elif name.startswith("files."):
        file, _, field = name.removeprefix("files.").rpartition(".")
        file = file.removesuffix(".measurement")
    else:
        return titles.get(name, name)
    return f"{file} › {titles.get(field) or titles.get(f'measurement.{field}') or field}"


def _without_word(form: Form, name: str) -> str:
    """Return what files, profile or records say of a field that a change names, and who.

    Nothing of what a person's word for all does not replace: a file's own times stay.
    """
    if name.startswith('files["'):
        _, file, *_, key = steps(name)
        value = values_of_files(form).get(file.lstrip("/"), {}).get(key, "")
        return f"{value} ({SOURCES[Source.VENDOR].label})" if value else ""
    fields = (one for one in form.fields if one.name == name and not one.fills)
    known = next((one.known for one in fields), ())
    values = list(dict.fromkeys(f"{value_of(one)} ({SOURCES[one.source].label})" for one in known))
    more = len(values) - _SHOWN
    return ", ".join(values[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _version(
    edit: AnnotationEdit, names: Mapping[str, str], without_word: Callable[[str], str]
) -> dict[str, Any]:
    """Return what is shown of a version: when, who, its changes, why.

    `without_word` returns what counts of a field of which nobody says anything.
    """
    return {
        "when": moment(edit.created_at),
        "who": names.get(edit.author, edit.author),
        "changes": [
            {
                "field": called(change.field, titles()),
                "new": words_of(change.new, change.field),
                "old": words_of(change.old, change.field),
                "known": without_word(change.field),
            }
            for change in edit.changes
        ],
        "why": edit.reason,
    }
