"""What is known of a field beside its widget: who says it, for how many files, what is odd.

What does not belong here: the widget (`say`), and the page (`ui_streamlit.pages.annotate`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from emfair.model.facts import Fact
from emfair.nxem.annotations import Mistake
from emfair.service.form import Doubt, Field, agrees
from emfair.validation.mending import in_words
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.values import rounded, value_of
from ui_streamlit.components.words import SOURCES

_SHOWN = 3  # values of files that differ


def hint(field: Field) -> str:
    """Return what stands in an empty field: what counts as long as it is, and of how many."""
    if not field.known:
        return ""
    values = {rounded(fact) for fact in field.known}
    told = "differs from file to file" if len(values) > 1 else rounded(field.known[0])
    return told + _of_how_many(field)


def _of_how_many(field: Field) -> str:
    return f", of {field.of - field.lacking} of {field.of} measurements" if field.lacking else ""


def tell_of_some(fields: Iterable[Field]) -> None:
    """Tell, once above fields, for what counts what stands in those that only some files say."""
    if any(_is_of_some(field) for field in fields):
        st.caption(
            "Where only some measurements say a value, what stands in its field counts for all; "
            "what is of single files can be said below."
        )


def _is_of_some(field: Field) -> bool:
    return bool(field.known and field.lacking and not field.fills and not field.wanted)


def tell(field: Field, value: Any, take: Callable[[Field], None], mistake: Mistake | None) -> None:
    """Tell below a field who says it, in how many files nobody does, and what is wrong.

    Parameters
    ----------
    value
        What stands in the field; None for nothing.
    take
        Puts what is offered into the field.
    """
    _who_says(field, value)
    _of_times(field)
    for doubt in field.doubts:
        _doubted(doubt)
    if field.offer and value is None:
        st.button(
            f"Take {', '.join(field.offer)}", key=f"take-{field.name}", on_click=take,
            args=(field,), icon=":material/add_task:", type="tertiary",
        )  # fmt: skip
    if mistake is not None:
        st.caption(f":red[{escaped(mistake.message)} {escaped(mistake.remedy)}]")


def replaces(field: Field, value: Any) -> bool:
    """Whether what stands in a field replaces something that is known without it."""
    if value is None or field.fills:
        return False
    return any(not agrees(fact, value) for fact in field.known)


def asks_why(field: Field, was: Any, now: Any) -> bool:
    """Whether who changes a field says why: what somebody or something says gets another value."""
    if now == was:
        return False
    return replaces(field, now) or (was is not None and now is not None)


def _who_says(field: Field, value: Any) -> None:
    if not field.known:
        return
    replaced = replaces(field, value)
    read = value_of if replaced else rounded
    told = list(dict.fromkeys(
        f":{_tone(fact, replaced=replaced)}-badge[{SOURCES[fact.source].label}] "
        f"{escaped(read(fact))}"
        for fact in field.known
    ))  # fmt: skip
    more = len(told) - _SHOWN
    text = ", ".join(told[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    if not field.fills:
        text += _of_how_many(field)
    st.caption(
        f"Replaces {text}" if replaced else text,
        help=escaped(field.known[0].source_path) or None,
    )


def _tone(fact: Fact, *, replaced: bool) -> str:
    return "orange" if replaced else SOURCES[fact.source].tone


def _of_times(field: Field) -> None:
    """Say for how many measurements a time that stands here counts, or what a zone is good for."""
    if field.wanted:
        st.caption("Files tell the time that a clock showed. With its zone, they need no other.")
    elif field.fills and field.known:
        number = f"{field.lacking} of {field.of} measurements, which say nothing"
        st.caption(
            f"What stands here counts for {number if field.lacking else 'none: all say theirs'}. "
            "Another time for a file that says its own is given below, under Single files."
        )


def _doubted(doubt: Doubt) -> None:
    finding, more = doubt.finding, doubt.files - 1
    others = f" {more} more file{'' if more == 1 else 's'} say the like." if more else ""
    head = f":material/warning: :orange[{escaped(finding.message)}]"
    advice = "" if finding.rule == "elements-looked-for" else in_words(finding.hint)  # a button
    st.caption(f"{head} {escaped(advice)}{others}")
