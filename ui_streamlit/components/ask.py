"""One field of a card: a widget of its kind, and what was said in it.

What does not belong here: the fields of an experiment's annotations (`say`), which tell besides who
says what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import streamlit as st

from emfair.model.annotations import ELEMENTS
from ui_streamlit.components.card_fields import CardField, Kind
from ui_streamlit.components.say import with_zone
from ui_streamlit.components.times import as_told, is_of_time

_YES_NO = {True: "yes", False: "no"}
_LONGEST = 2000  # characters


def ask(field: CardField, value: Any, key: str) -> Any:
    """Show a field that begins with `value`; return what stands in it, None for nothing."""
    about: dict[str, Any] = {"label": field.label, "key": key, "help": field.help or None}
    said: Any = None
    match field.kind:
        case Kind.ELEMENTS:
            said = st.multiselect(
                options=ELEMENTS, default=value or [], placeholder=field.example,
                filter_mode="prefix", select_all=False, **about,
            )  # fmt: skip
        case Kind.FLAG:
            said = _choice(about, list(_YES_NO), value)
        case Kind.CHOICE:
            said = _choice(about, list(field.words), value)
        case Kind.ROWS:
            said = _rows(field, value or [], key)
        case _:
            said = _text(field, value, about)
    return None if said in ("", []) else said


def words_of(value: Any, name: str) -> str:
    """Return the value of a document's field for people to read; a time by the field's name."""
    match value:
        case None:
            return ""
        case bool():
            return _YES_NO[value]
        case Mapping():
            return " · ".join(filter(None, (words_of(one, name) for name, one in value.items())))
        case list() | tuple():
            return ", ".join(words_of(one, name) for one in value)
    return as_told(str(value)) if is_of_time(name) else str(value)


def _text(field: CardField, value: Any, about: dict[str, Any]) -> Any:
    match field.kind:
        case Kind.LONG:
            return st.text_area(value=value or "", max_chars=_LONGEST, **about).strip()
        case Kind.LINES:
            label = {"label": f"{field.label}, one a line"}
            text = st.text_area(
                value="\n".join(value or ()), placeholder=field.example, height=90, **about | label
            )
            return [line.strip() for line in text.splitlines() if line.strip()]
    text = st.text_input(
        value=value or "", placeholder=field.example, max_chars=_LONGEST, **about
    ).strip()
    return with_zone(text) if field.kind is Kind.TIME else text


def _choice(about: dict[str, Any], words: Sequence[Any], value: Any) -> Any:
    return st.selectbox(
        options=words,
        index=words.index(value) if value in words else None,
        format_func=lambda one: _YES_NO[one] if isinstance(one, bool) else str(one),
        placeholder="Not said",
        **about,
    )


def _rows(field: CardField, rows: list[Mapping[str, Any]], key: str) -> Any:
    """Show a small table; an empty one has a row to be filled in."""
    st.markdown(f"**{field.label}**", help=field.help or None)
    names = [column.name for column in field.columns]
    begun = [{name: row.get(name, "") for name in names} for row in rows or [{}]]
    edited = st.data_editor(
        begun,
        num_rows="dynamic",
        hide_index=True,
        key=key,
        column_config={column.name: _column(column) for column in field.columns},
    )
    said = [_row(cast("Mapping[str, Any]", row)) for row in edited]
    return [row for row in said if row]


def _column(column: CardField) -> Any:
    if column.kind is Kind.CHOICE:
        return st.column_config.SelectboxColumn(column.label, options=["", *column.words])
    return st.column_config.TextColumn(column.label, max_chars=_LONGEST)


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    said = {name: str(text).strip() for name, text in row.items() if text is not None}
    return {name: text for name, text in said.items() if text}
