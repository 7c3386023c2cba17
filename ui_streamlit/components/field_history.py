"""The history of an experiment's fields: who changed what when, and why where they were asked.

What does not belong here: whose word stands in a field now (`said_by`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emfair.model.changes import steps
from emfair.registry import AnnotationEdit
from emfair.service.annotation_versions import History
from emfair.service.form import titles
from ui_streamlit.components.ask import words_of
from ui_streamlit.components.markup import show
from ui_streamlit.components.times import moment


def field_history(found: History) -> None:
    """Show every version that changed a field, newest first; nothing before the first.

    A version has one reason: it stands once, below all of its changes.
    """
    edits = [edit for edit in found.edits if edit.changes]
    if not edits:
        return
    number = sum(len(edit.changes) for edit in edits)
    with st.expander(f"History · {number} change{'' if number == 1 else 's'}"):
        show("history", versions=[_version(edit, found.names) for edit in edits])


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


def _version(edit: AnnotationEdit, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what is shown of a version: when, who, its changes, why."""
    return {
        "when": moment(edit.created_at),
        "who": names.get(edit.author, edit.author),
        "changes": [
            {
                "field": called(change.field, titles()),
                "new": words_of(change.new, change.field),
                "old": words_of(change.old, change.field),
            }
            for change in edit.changes
        ],
        "why": edit.reason,
    }
