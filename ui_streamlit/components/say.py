"""One field of the form: a widget of its kind, who says what, and what is wrong with it.

A widget's state is the field's value: it is filled in from the document once (`fill`), and read
back (`said`). What does not belong here: the page around them (`ui_streamlit.pages.annotate`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from emfair.model.annotations import ELEMENTS
from emfair.nxem.annotations import Mistake
from emfair.service.form import Field, Form, value_at
from ui_streamlit.components.ending import zone
from ui_streamlit.components.known import hint, tell
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.said_by import fresh, taken
from ui_streamlit.components.values import quantity

_YES_NO = {True: "yes", False: "no"}


def fill(form: Form, document: Mapping[str, Any]) -> None:
    """Fill the widgets in from a document."""
    fresh()
    for field in form.fields:
        st.session_state[_key(field)] = _typed(field, value_at(document, field.name))


def fill_empty(form: Form, document: Mapping[str, Any], origin: str) -> None:
    """Fill in, from another document, what neither a person nor anything else says here.

    `origin` says where the document is from.
    """
    for field in form.fields:
        value = value_at(document, field.name)
        if value is not None and said(field) is None and not (field.known and not field.asked):
            st.session_state[_key(field)] = _typed(field, value)
            taken({field.name: said(field)}, origin)


def said(field: Field) -> Any:
    """Return what stands in a field, as the document has it; None for nothing."""
    value = st.session_state.get(_key(field))
    if isinstance(value, str):
        return with_zone(value.strip()) if _kind(field) == "time" else value.strip() or None
    return None if value in (None, []) else value


def stands(form: Form) -> bool:
    """Whether the fields are filled in: Streamlit forgets those of a page that was left."""
    return all(_key(field) in st.session_state for field in form.fields)


def ask(field: Field, mistake: Mistake | None, whose: Callable[[Field, Any], str]) -> None:
    """Show a field; `whose` returns whose word stands in it (Markdown)."""
    title = f"{field.schema['title']}{' *' if field.required else ''}"
    about: dict[str, Any] = {"key": _key(field), "help": help_of(field)}
    known = hint(field)
    if field.name == "sample.atom_types":
        st.multiselect(
            title, ELEMENTS, placeholder=known or "Si, O …", filter_mode="prefix",
            select_all=False, **about,
        )  # fmt: skip
    elif _kind(field) == "flag":
        st.selectbox(
            title, list(_YES_NO), format_func=lambda one: _YES_NO[one], index=None,
            placeholder=known or "Not said", **about,
        )  # fmt: skip
    elif words := [word for word in field.schema.get("enum", ()) if word]:
        st.selectbox(title, words, index=None, placeholder=known or "Not said", **about)
    elif field.name.endswith("description"):
        st.text_area(title, placeholder=known, max_chars=2000, height=68, **about)
    else:
        st.text_input(title, placeholder=known or _such_as(field), max_chars=2000, **about)
    if zone := _zone_of(field):
        st.caption(zone)
    if by := whose(field, said(field)):
        st.caption(by)
    tell(field, said(field), _take, mistake)


def _take(field: Field) -> None:
    st.session_state[_key(field)] = list(field.offer)


def example_of(field: Field) -> str:
    """Return what may stand in a field."""
    if _kind(field) == "time":
        return "2026-01-22 12:14"
    examples = field.schema.get("examples", ())
    return str(examples[0]) if examples else ""


def _such_as(field: Field) -> str:
    """Return an example as nobody takes it for what is known."""
    example = example_of(field)
    return example and f"such as {example}"


def help_of(field: Field) -> str | None:
    """Return what a field takes, and where NXem has it."""
    parts = []
    if bounds := field.about.get("range"):
        low, high = (quantity(field.about["key"], bound) for bound in bounds)
        parts.append(f"Between {low} and {high}.")
    if _kind(field) == "time":
        parts.append(
            "Without an offset such as +01:00, it is in the time zone of the instrument's clocks, "
            "or else your browser's."
        )
    if path := field.about.get("nxem"):
        parts.append(f"In NXem: `{path}`.")
    return " ".join(parts) or None


def _kind(field: Field) -> str:
    return str(field.about.get("kind", "text"))


def _typed(field: Field, value: Any) -> Any:
    """Return a document's value as its widget holds it."""
    if field.name == "sample.atom_types":
        return list(value or [])
    if _kind(field) == "flag" or "enum" in field.schema:
        return value
    return "" if value is None else str(value)


def _zone_of(field: Field) -> str:
    """Return how a time is taken that was typed without an offset; empty if there is none."""
    typed, taken = st.session_state.get(_key(field)), said(field)
    if _kind(field) != "time" or not typed or not taken or mistaken(taken):
        return ""
    told, as_taken = (datetime.fromisoformat(one) for one in (str(typed).strip(), taken))
    return f"Taken as {escaped(taken)}" if as_taken.tzinfo and not told.tzinfo else ""


def mistaken(text: str) -> bool:
    """Whether a text is no time."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return True
    return False


def with_zone(text: str) -> str | None:
    """Return a time with an offset where none was typed, as documents have it.

    It is the instrument's clocks' where their zone is known, or the browser's. What is no time
    stays as it is; so does what clocks show twice there, or never: its offset must be told.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text or None
    if moment.tzinfo is None:
        early, late = (moment.replace(tzinfo=_zone(), fold=fold) for fold in (0, 1))
        if early.utcoffset() != late.utcoffset():
            return text
        moment = early
    if (offset := moment.utcoffset()) and offset.seconds % 60:  # before zones had standard times
        moment = moment.astimezone(UTC)
    return moment.isoformat().removesuffix("+00:00") + ("" if moment.utcoffset() else "Z")


def clocks_of(form: Form) -> None:
    """Remember the zone of the clocks that is known without the form, for times typed into it."""
    known = next((field.known for field in form.fields if field.name == _CLOCKS), ())
    st.session_state[_KNOWN_ZONE] = known[0].value_text if known else ""


def _zone() -> ZoneInfo:
    told = st.session_state.get(f"say:{_CLOCKS}") or st.session_state.get(_KNOWN_ZONE)
    return ZoneInfo(told) if told else zone()


_CLOCKS, _KNOWN_ZONE = "instrument.time_zone", "annotate-zone"


def _key(field: Field) -> str:
    return f"say:{field.name}"


def by_field(mistakes: Iterable[Mistake]) -> dict[str, Mistake]:
    """Return the first mistake of each field; of an element in a list it is the list's."""
    found: dict[str, Mistake] = {}
    for mistake in mistakes:
        steps = mistake.field.split(".")
        while steps[-1].isdecimal() and len(steps) > 1:
            steps.pop()
        found.setdefault(".".join(steps), mistake)
    return found
