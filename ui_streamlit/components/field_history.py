"""The history of an experiment's fields: who changed what when, and why where they were asked.

What does not belong here: whose word stands in a field now (`said_by`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from emfair.registry import AnnotationEdit
from emfair.service.annotation_versions import History
from emfair.service.form import Field, Form, titles
from ui_streamlit.components.known import asks_why
from ui_streamlit.components.times import as_told, moment


def field_history(found: History, form: Form) -> None:
    """Show every change of every field, newest first; nothing before the first."""
    fields = {field.name: field for field in form.fields}
    lines = [line for edit in found.edits for line in _lines(edit, found.names, fields)]
    if not lines:
        return
    headings = {"new": "Is now", "old": "Was"}
    with st.expander(f"History · {len(lines)} changes"):
        st.dataframe(
            lines,
            hide_index=True,
            column_config={name: headings.get(name, name.capitalize()) for name in lines[0]},
        )


def called(name: str, titles: Mapping[str, str]) -> str:
    """Return what people call a field; of a single file with the file's name."""
    if not name.startswith("files."):
        return titles.get(name, name)
    file, _, field = name.removeprefix("files.").rpartition(".")
    file = file.removesuffix(".measurement")
    return f"{file} › {titles.get(field) or titles.get(f'measurement.{field}') or field}"


def _lines(
    edit: AnnotationEdit, names: Mapping[str, str], fields: Mapping[str, Field]
) -> Iterator[dict[str, str]]:
    """Yield a line for each change of a version.

    A version has one reason, which the form asks for those changes that replace something: it
    stands beside them. Where none does, whoever gave it meant all.
    """
    asked = {
        change.field
        for change in edit.changes
        if change.field in fields and asks_why(fields[change.field], change.old, change.new)
    }
    for change in edit.changes:
        yield {
            "when": moment(edit.created_at),
            "who": names.get(edit.author, edit.author),
            "field": called(change.field, titles()),
            "new": _words(change.new),
            "old": _words(change.old),
            "why": edit.reason if not asked or change.field in asked else "",
        }


def _words(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else as_told(str(value))
