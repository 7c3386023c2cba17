"""Filling a form in with what was said before: of another experiment, or under a name of one's own.

What does not belong here: the form (`ui_streamlit.pages.annotate`).
"""

from __future__ import annotations

import streamlit as st

from emfair.identity.policy import SERVICE
from emfair.identity.table import Action
from emfair.registry import ExperimentRow
from emfair.service import templates
from emfair.service.access import Access
from emfair.service.form import Document, Form, before
from emfair.service.templates import OF_ONE
from ui_streamlit import stores
from ui_streamlit.components.labels import distinct
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.notices import notices
from ui_streamlit.components.say import fill_empty


def take_over(access: Access, row: ExperimentRow, form: Form) -> None:
    """Offer templates, and what they said of other experiments, for what is empty here."""
    offers = [(f"Template: {name}", said) for name, said in _templates(access).items()]
    offers += [
        (f"{one.title} ({one.created_at:%d %b %Y %H:%M})", said)
        for one, said in before(access, row)
    ]
    if not offers:
        return
    labels = distinct({str(place): label for place, (label, _) in enumerate(offers, 1)})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Take over from",
            range(len(offers)),
            index=None,
            placeholder="A template, or an earlier session",
            format_func=lambda one: labels[str(one + 1)],
            help="Fills in what is empty here; nothing that stands here is replaced.",
        )
        st.button(
            "Fill in what is empty",
            icon=":material/content_copy:",
            disabled=chosen is None,
            on_click=fill_empty,
            args=(form, *(({}, "") if chosen is None else _taken(offers[chosen]))),
        )


def keep_template(access: Access, document: Document) -> None:
    """Offer to keep what stands in the form as a template; show those that are kept."""
    if not access.may(Action.KEEP, SERVICE):
        return
    with st.popover("Templates", icon=":material/bookmark:"), notices():
        for name in _templates(access):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(escaped(name), width="stretch")
                st.button(
                    "Remove", key=f"template-{name}", type="tertiary", icon=":material/delete:",
                    on_click=_forget, args=(name,),
                )  # fmt: skip
        with st.form("template", border=False, clear_on_submit=True):
            name = st.text_input(
                "Keep what stands here as", max_chars=200, placeholder="Titan, as usual"
            )
            if st.form_submit_button("Keep", icon=":material/bookmark_add:"):
                templates.keep(access, name, document)
                st.rerun()
        st.caption("Without title, description, times and single files. Only you see it.")


def _templates(access: Access) -> dict[str, Document]:
    return templates.templates(access) if access.may(Action.KEEP, SERVICE) else {}


def _taken(offer: tuple[str, Document]) -> tuple[Document, str]:
    return _without_one(offer[1]), offer[0]


def _without_one(document: Document) -> Document:
    return {name: None if name in OF_ONE else value for name, value in document.items()}


def _forget(name: str) -> None:
    with notices():
        templates.forget(stores.access(), name)
