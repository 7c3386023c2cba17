"""The form of an experiment on its way: filled in once, kept while it is typed into and left.

What does not belong here: its fields (`say`), and saving (`ui_streamlit.pages.annotate`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from emfair.registry import ExperimentRow
from emfair.service.form import Document, Form, with_value
from emfair.service.nouns.edits import overtaken
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.say import clocks_of, fill, said, stands


def document_in(form: Form, document: Document) -> Document:
    """Return a document with what stands in the form; what it has no fields for stays."""
    for field in form.fields:
        document = with_value(document, field.name, said(field))
    return document


@dataclass(frozen=True)
class Opened:
    """The form on its way.

    Attributes
    ----------
    version, document
        Of what is saved, as it was when the form was opened.
    begun
        What the form began with: the document, or what was typed before the page was left.
    unfolded
        Parts in which something was wrong: they stay open once it is mended.
    told
        What someone else changed meanwhile.
    turn
        Makes each opening's table a new one.
    """

    experiment: str
    version: int
    document: Document
    begun: Document
    unfolded: set[str]
    told: tuple[str, ...] = ()
    turn: int = 0


def opened_form(row: ExperimentRow, form: Form) -> Opened:
    """Fill the form in; when someone else was faster, keep what was typed, and tell theirs."""
    clocks_of(form)
    opened: Opened | None = st.session_state.get("annotating")
    kept: Opened | None = unsaved().get(row.id)
    if opened is None or opened.experiment != row.id or not stands(form):
        turn = opened.turn + 1 if opened else 0
        opened = kept or Opened(row.id, form.version, form.document, form.document, set())
        opened = replace(opened, turn=turn, unfolded=set())
        fill(form, opened.begun)
    if opened.version != form.version:
        mine = document_in(form, kept.begun if kept else opened.document)
        titles = {field.name: str(field.schema["title"]) for field in form.fields}
        left = overtaken([*titles, "files"], opened.document, mine, form.document)
        fill(form, left.document)
        told = tuple(titles.get(name, "Single files") for name in left.theirs)
        opened = replace(
            opened,
            version=form.version,
            document=form.document,
            begun=left.document,
            told=told,
            turn=opened.turn + 1,
        )
    st.session_state.annotating = opened
    if opened.told:
        st.warning(
            f"**Someone changed it meanwhile:** {', '.join(map(escaped, opened.told))}. What you "
            "typed still stands in the form; look it over, then save.",
            icon=":material/group:",
        )
    return opened


def unsaved() -> dict[str, Opened]:
    """Return, by experiment, what stands in a form and is not saved, also once its page is left."""
    found: dict[str, Opened] = st.session_state.setdefault("annotate-unsaved", {})
    return found


def discard(experiment: str) -> None:
    """Forget it; the next form is filled in from what is saved."""
    unsaved().pop(experiment, None)
    opened: Opened = st.session_state.annotating
    st.session_state.annotating = replace(opened, experiment="")
