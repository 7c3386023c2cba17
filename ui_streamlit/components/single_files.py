"""What is said of single files, as a table beside what the files say themselves.

What does not belong here: what is said of all (`ui_streamlit.pages.annotate`).
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from emfair.model.annotations import name_in
from emfair.model.facts import OF_FILES, Fact
from emfair.nxem.keys import keys
from emfair.service.form import Document, Form, with_value
from ui_streamlit.components.long_names import MEDIUM
from ui_streamlit.components.say import with_zone
from ui_streamlit.components.values import is_time, value_of

_USUAL = {"title": "Title", "start_time": "Start"}
_ELSEWHERE = ("set_aside",)  # what is said of a file on another page
READ = "file says: "  # begins the name of a column that cannot be edited
_SHOWN = 3  # values of a file's measurements that differ


def single_files(form: Form, document: Document, begun: Document, turn: int) -> Document:
    """Show the table; return the document with what stands in it.

    It begins with what is `begun`, which stays the same for one `turn`.
    """
    if not form.files:
        return document
    said = {name.lstrip("/"): one for name, one in begun.get("files", {}).items()}
    used = {key for notes in said.values() for key in notes.get("measurement", {})}
    numbers = {name: key.label for name, key in keys().items() if not key.form}
    with st.expander(f"Single files · {len(form.files)}", expanded=bool(said)):
        st.caption("What is said of one file counts before what is said of all.")
        chosen = st.multiselect(
            "Columns", list(numbers), default=sorted(used), format_func=lambda one: numbers[one]
        )
        columns = {**_USUAL, **{name: numbers[name] for name in chosen}}
        edited = _table(form, said, columns, turn)
    files = {row["file"]: notes_of(row, said.get(row["file"], {}), chosen) for row in edited}
    named = {name_in(name, files): notes for name, notes in files.items() if notes}
    return with_value(document, "files", named or None)


def _table(
    form: Form, said: dict[str, Any], columns: dict[str, str], turn: int
) -> list[dict[str, Any]]:
    rows = rows_of(form, said, list(columns))
    read = [key for key in columns if f"{READ}{key}" in rows[0]]
    names = [row["file"] for row in rows]
    told = MEDIUM.told(names)
    edited: list[dict[str, Any]] = st.data_editor(
        [row | {"file": name} for row, name in zip(rows, told, strict=True)],
        hide_index=True,
        disabled=["file", *(f"{READ}{key}" for key in read)],
        key=f"files-{turn}-{form.version}-{'-'.join(columns)}",
        column_config={
            "file": st.column_config.Column("File", width=MEDIUM.width, pinned=True),
            **{key: st.column_config.TextColumn(label, max_chars=2000, width="medium")
               for key, label in columns.items()},
            **{f"{READ}{key}": f"{columns[key]}, as the file says" for key in read},
        },
        row_height=MEDIUM.height(told),
    )  # fmt: skip
    return [row | {"file": name} for row, name in zip(edited, names, strict=True)]


def rows_of(form: Form, said: dict[str, Any], columns: list[str]) -> list[dict[str, Any]]:
    """Return a row for each file: what is said of it, beside what any file says of itself."""
    names = list(dict.fromkeys([*form.files, *said]))
    values = values_of_files(form)
    read = [key for key in columns if any(key in one for one in values.values())]
    return [_row(name, said.get(name, {}), columns, values.get(name, {}), read) for name in names]


def values_of_files(form: Form) -> dict[str, dict[str, str]]:
    """Return by file and key what files say of themselves, as people read it."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for one in form.read:
        for fact in one.facts:
            certain = not fact.warning and fact.replaced_by not in OF_FILES
            if fact.source in OF_FILES and certain:
                found.setdefault(one.file, {}).setdefault(fact.key, {})[_as_typed(fact)] = None
    return {
        file: {key: _several(list(values)) for key, values in of.items()}
        for file, of in found.items()
    }


def _as_typed(fact: Fact) -> str:
    """Return a value as it may be typed into the column beside it: a time in the file's words."""
    return fact.value_text if is_time(fact) else value_of(fact)


def _several(values: list[str]) -> str:
    return ", ".join(values[:_SHOWN]) + (" …" if len(values) > _SHOWN else "")


def _row(
    name: str,
    notes: dict[str, Any],
    columns: list[str],
    values: dict[str, str],
    read: list[str],
) -> dict[str, Any]:
    said = {**notes.get("measurement", {}), **notes}
    row: dict[str, Any] = {"file": name}
    for key in columns:
        if key in read:
            row[f"{READ}{key}"] = values.get(key, "")
        row[key] = str(said.get(key) or "")
    return row


def notes_of(row: dict[str, Any], said: dict[str, Any], chosen: list[str]) -> dict[str, Any]:
    """Return what is said of a file: what stands in its row, and what has no column now."""
    plain = {name: row[name].strip() for name in _USUAL if (row[name] or "").strip()}
    plain |= {name: said[name] for name in _ELSEWHERE if name in said}
    if start := plain.get("start_time"):
        plain["start_time"] = with_zone(start) or start
    measured = {key: text for key, text in said.get("measurement", {}).items() if key not in chosen}
    measured |= {name: row[name].strip() for name in chosen if (row[name] or "").strip()}
    return plain | ({"measurement": measured} if measured else {})
