"""An instrument's card and profile, to read, and the form in which both are edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import streamlit as st

from emfair.model.nouns import InstrumentCard
from emfair.service.form import value_at
from emfair.service.nouns.edits import document_of
from ui_streamlit.components.ask import words_of
from ui_streamlit.components.card_fields import CardField, fields_of
from ui_streamlit.components.card_form import Editing
from ui_streamlit.components.markup import show

_PIDINST = {
    "identifier": "identifier",
    "landing_page": "landing page",
    "owners": "owners",
    "manufacturers": "manufacturers",
}
"""What PIDINST 1.0 wants of a registered instrument, besides its name."""


_PROFILE = "profile."
_CONSTANT = {"Profile: Instrument", "Profile: Electron source"}
"""Parts of what hardly ever changes at an instrument: they stand open in the form."""
_FOLD = "Card by PIDINST: owners, manufacturers, identifiers …"


@dataclass(frozen=True)
class InstrumentEditing(Editing[InstrumentCard]):
    """An instrument's card that whoever looks may edit, its profile first."""

    @property
    def fields(self) -> tuple[CardField, ...]:  # noqa: D102
        return _form_fields()


@cache
def _form_fields() -> tuple[CardField, ...]:
    """Return what the form asks: the name, constants, the rest of the profile, then PIDINST's."""
    title, *others = fields_of(InstrumentCard)
    profile = [one for one in others if one.name.startswith(_PROFILE)]
    constant = [replace(one, part="") for one in profile if one.part in _CONSTANT]
    rest = [one for one in profile if one.part not in _CONSTANT]
    card = [replace(one, part=_FOLD) for one in others if not one.name.startswith(_PROFILE)]
    return (title, *constant, *rest, *card)


def about(card: InstrumentCard) -> None:
    """Show the card by the properties of PIDINST, and which of them are still missing."""
    st.subheader("Card", anchor=False)
    pairs = list(_pairs(card, profile=False))
    if pairs:
        show("pairs", pairs=pairs)
    if card.landing_page:
        st.link_button("Landing page", card.landing_page, icon=":material/open_in_new:")
    missing = [words for name, words in _PIDINST.items() if not getattr(card, name)]
    if missing:
        st.caption(f"PIDINST also wants: {', '.join(missing)}.")


def profile(card: InstrumentCard) -> None:
    """Show what the files do not carry."""
    st.subheader("Profile", anchor=False)
    pairs = list(_pairs(card, profile=True))
    if pairs:
        show("pairs", pairs=pairs)
        st.caption("What a file or a person says of one experiment is told beside it.")
    else:
        st.caption(
            "Nothing yet. What is the same for all of its files, and stands in none, can be said "
            "here once: the emitter, the detector, the voltage."
        )


def _pairs(card: InstrumentCard, *, profile: bool) -> Iterator[tuple[str, str]]:
    """Yield labels and words of what is said."""
    document = document_of(card)
    for field in fields_of(InstrumentCard):
        value = value_at(document, field.name)
        if value is None or field.name == "title" or field.name.startswith(_PROFILE) is not profile:
            continue
        rows = value if field.columns else [value]
        for row in rows:
            yield field.label, words_of(row, field.name)
