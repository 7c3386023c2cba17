"""Annotate: one form for what no file carries, filled in as far as anyone has said it before."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import groupby
from typing import Any

import streamlit as st

from emfair.identity.table import Action
from emfair.nxem.annotations import parse_annotations
from emfair.registry import ExperimentRow
from emfair.service import annotation_check
from emfair.service.access import Access
from emfair.service.annotation_check import Looked
from emfair.service.annotation_versions import history
from emfair.service.annotations import annotate as give
from emfair.service.arrivals import looked_into, seen_before_the_seal
from emfair.service.form import Document, Field, Form, form_of, titles, value_at
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.card_form import without_nothing
from ui_streamlit.components.field_history import called, field_history
from ui_streamlit.components.known import asks_why, tell_of_some
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.opened_form import (
    Opened,
    discard,
    document_in,
    opened_form,
    unsaved,
)
from ui_streamlit.components.read_so_far import read_so_far, still_to_be_read
from ui_streamlit.components.said_by import badge, said_by
from ui_streamlit.components.say import ask, by_field, said
from ui_streamlit.components.single_files import single_files
from ui_streamlit.components.taking import keep_template, take_over
from ui_streamlit.components.unsaved import ask_before_leaving
from ui_streamlit.components.words import STATES

_OPEN = ("Experiment", "Sample")  # parts of the form that are not folded
_REASON = "filled in"
Whose = Callable[[Field, Any], str]


def annotate() -> None:
    """Show the page of the experiment that the address names."""
    identifier = st.query_params.get("id", "")
    if not identifier:
        st.info("Choose an experiment first.", icon=":material/list:")
        st.page_link(links.EXPERIMENTS, label="Experiments", icon=":material/biotech:")
        return
    access = stores.access()
    row = access.experiment(Action.ANNOTATE, identifier)
    looks = looked_into(access.services, row)
    seen = looks.seen or seen_before_the_seal(access.services, row)
    form = form_of(access.services, row, seen)
    _head(access, row)
    read_so_far(row, looks)
    still_to_be_read(row, form)
    opened = opened_form(row, form)
    take_over(access, row, form)
    document = document_in(form, form.document)
    looked = annotation_check.check(document, access.services, row, form.read)
    mistakes = by_field(looked.mistakes)
    found = history(access.services, row.id)
    whose = _whose(form, said_by(form, found, access.subject))
    named = [field for field in form.fields if field.name == st.query_params.get("field", "")]
    if named:
        with st.container(border=True):
            st.subheader("What you came for", anchor=False)
            _grid(named, mistakes, whose)
    asked = [field for field in form.fields if field.asked and field not in named]
    with st.container(border=True):
        st.subheader("What NXem asks for", anchor=False)
        if asked and form.unread:
            st.caption("Some of it may stand in files that are still to be read.")
        if asked:
            _grid(asked, mistakes, whose)
        elif named:
            st.caption("Nothing else is missing.")
        else:
            st.caption("Nothing is missing: files, profile or sample's record say it all.")
    _parts([one for one in form.fields if one not in (*asked, *named)], mistakes, whose, opened)
    whole = single_files(form, document, opened.begun, opened.turn)
    if whole != document:
        looked = annotation_check.check(whole, access.services, row, form.read)
    _save(access, row, form, whole, looked)
    field_history(found, form)


def _whose(form: Form, by: dict[str, str]) -> Whose:
    return lambda field, value: badge(field, value, value_at(form.document, field.name), by)


def _head(access: Access, row: ExperimentRow) -> None:
    _, titles = access.services.registry.experiments.place(row.id)
    st.page_link(
        links.EXPERIMENT, label="Experiment", query_params={"id": row.id},
        icon=":material/arrow_back:",
    )  # fmt: skip
    st.title(escaped(titles.experiment), anchor=False)
    place = f"{titles.project} › {titles.proposal} › {titles.sample}"
    show("line", word=STATES[row.state], reason=row.state_reason, place=place)


def _grid(fields: Collection[Field], mistakes: dict[str, Any], whose: Whose) -> None:
    tell_of_some(fields)
    columns = st.columns(2)
    for number, field in enumerate(fields):
        with columns[number % 2]:
            ask(field, mistakes.get(field.name), whose)


def _parts(fields: list[Field], mistakes: dict[str, Any], whose: Whose, opened: Opened) -> None:
    """Show the parts that fold; a label that changes would fold the part that is typed into."""
    by_part = sorted(fields, key=lambda field: _order(fields, field))
    for part, some in groupby(by_part, key=lambda field: field.about["part"]):
        within = list(some)
        filled = sum(value_at(opened.document, field.name) is not None for field in within)
        if any(field.name in mistakes or field.doubts for field in within):
            opened.unfolded.add(part)
        label = f"{part}{f' · {filled} said' if filled else ''}"
        with st.expander(label, expanded=part in (*_OPEN, *opened.unfolded)):
            _grid(within, mistakes, whose)


def _order(fields: list[Field], field: Field) -> int:
    parts = [one.about["part"] for one in fields]
    return parts.index(field.about["part"])


def _save(
    access: Access, row: ExperimentRow, form: Form, document: Document, looked: Looked
) -> None:
    """Show, where it stays in sight, what is not saved yet and what it waits for."""
    for mistake in looked.mistakes:
        if mistake.field.startswith("files"):
            where = escaped(called(mistake.field, titles()))
            st.warning(f"**{where}**: {escaped(mistake.message)} {escaped(mistake.remedy)}")
    changed = without_nothing(document) != without_nothing(form.document)
    if changed:
        unsaved()[row.id] = Opened(row.id, form.version, form.document, document, set())
    else:
        unsaved().pop(row.id, None)
    ask_before_leaving(unsaved=bool(unsaved()))
    with st.container(border=True, key="save-bar"):
        reason = _why(row, form) if changed else _REASON
        with st.container(horizontal=True, vertical_alignment="center"):
            wanted = st.button(
                "Save", type="primary", icon=":material/save:",
                disabled=bool(looked.mistakes) or not changed or not reason,
            )  # fmt: skip
            if changed:
                st.button(
                    "Discard changes", type="tertiary", icon=":material/undo:",
                    on_click=discard, args=(row.id,),
                )  # fmt: skip
            keep_template(access, document)
            st.caption(_waits_for(form, looked, changed=changed, reason=reason))
    if wanted:
        give(
            access,
            row.id,
            parse_annotations(document),
            expected_version=form.version,
            reason=reason,
        )
        st.session_state.pop(f"annotate-reason-{row.id}", None)
        st.session_state.annotated = (row.id, form.version + 1)
        unsaved().pop(row.id, None)
        opened: Opened = st.session_state.annotating
        st.session_state.annotating = replace(
            opened, version=form.version + 1, document=document, begun=document, told=()
        )
        st.toast("Saved.", icon=":material/check:")
        st.rerun()
    if st.session_state.get("annotated") == (row.id, form.version) and not changed:
        _saved(row)


def _why(row: ExperimentRow, form: Form) -> str:
    """Ask why another value is right, if one is replaced."""
    replaced = [
        str(field.schema["title"])
        for field in form.fields
        if asks_why(field, value_at(form.document, field.name), said(field))
    ]
    if not replaced:
        return _REASON
    return st.text_input(
        f"Why is another value right? ({', '.join(map(escaped, replaced))})",
        key=f"annotate-reason-{row.id}",
        max_chars=2000,
    ).strip()


def _waits_for(form: Form, looked: Looked, *, changed: bool, reason: str) -> str:
    """Say why it cannot be saved, or what is missing still."""
    titles = {field.name: str(field.schema["title"]) for field in form.fields}
    if looked.mistakes:
        wrong = ", ".join(called(name, titles) for name in by_field(looked.mistakes))
        return f":red[To be corrected before it can be saved: {escaped(wrong)}.]"
    if changed and not reason:
        return "It can be saved once you said why."
    told = "Not saved yet." if changed else "Nothing has changed since it was saved."
    if looked.missing:
        in_order = sorted(looked.missing, key=[*titles, *looked.missing].index)
        lacking = ", ".join(titles.get(name, name) for name in in_order)
        head = "Neither said nor read so far" if form.unread else "Still missing for NXem"
        told += f" {head}: {lacking}. It can be saved, and finished later."
    return told


def _saved(row: ExperimentRow) -> None:
    """Say what becomes of what was saved just now."""
    rests = row.manifest_version is None
    to, label = (links.DEPOSIT, "Go on with the deposit") if rests else (links.EXPERIMENT, "See it")
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        what = "it counts once the deposit is sealed" if rests else "the verdict is made anew"
        st.markdown(f"Saved: {what}.", width="content")
        st.page_link(to, label=label, query_params={"id": row.id}, icon=":material/arrow_forward:")


if __name__ == "__main__":
    annotate()
