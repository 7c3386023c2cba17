"""Which fields the cards have, what people call them, and by what each is filled in.

A field's name is its path in the card's document (`emfair.model.nouns`). What does not belong here:
drawing them (`card_form`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import get_args

from emfair.model.nouns import (
    AlternateIdentifier,
    Card,
    InstrumentCard,
    InstrumentDate,
    PersonCard,
    ProjectCard,
    ProposalCard,
    RelatedIdentifier,
    SampleCard,
)
from emfair.service.form import Field
from emfair.service.nouns.profile import profile_fields
from ui_streamlit.components.say import example_of, help_of


class Kind(Enum):
    """By what a field is filled in."""

    LINE = auto()
    LONG = auto()
    TIME = auto()
    ELEMENTS = auto()
    FLAG = auto()
    CHOICE = auto()
    LINES = auto()
    ROWS = auto()


@dataclass(frozen=True)
class CardField:
    """One field; `words` are those of a choice, `columns` those of rows.

    `part` is the folded part of the form that it stands in; empty for none.
    """

    name: str
    label: str
    kind: Kind = Kind.LINE
    example: str = ""
    help: str = ""
    words: tuple[str, ...] = ()
    columns: tuple[CardField, ...] = ()
    part: str = ""


def _words(card: type[Card], field: str) -> tuple[str, ...]:
    """Return the words of a field that takes no others."""
    annotation = card.model_fields[field].annotation
    plain = (word for word in get_args(annotation) if isinstance(word, str))
    inner = (word for part in get_args(annotation) for word in get_args(part))
    return tuple(plain) or tuple(inner)


_TITLE = CardField("title", "Title")
_DESCRIPTION = CardField("description", "Description", Kind.LONG)
_NAMED = (
    CardField("name", "Name"),
    CardField("identifier", "Identifier"),
    CardField("identifier_type", "Its type (ROR, URL …)"),
)
PROJECT = (_TITLE, _DESCRIPTION)
PROPOSAL = (
    _TITLE,
    _DESCRIPTION,
    CardField("identifier", "Number of the proposal", example="BT-2026-0042"),
)
SAMPLE = (
    _TITLE,
    CardField("elements", "Elements", Kind.ELEMENTS, example="Si, O …"),
    CardField("formula", "Composition", example="SiO2 on Si"),
    CardField("physical_form", "Physical form", example="foil"),
    CardField("thickness", "Thickness", example="80 nm"),
    CardField(
        "preparation_date", "Prepared on", Kind.TIME, example="2026-01-20 09:00",
        help="Without an offset such as +01:00, it is your browser's time zone.",
    ),
    CardField("is_simulation", "Simulated", Kind.FLAG),
    CardField("identifier", "Persistent identifier", example="IGSN: 10.58052/IECUR0097"),
    _DESCRIPTION,
)  # fmt: skip
PERSON = (
    CardField("name", "Name"),
    CardField("affiliation", "Affiliation", example="Electron Microscopy Centre"),
    CardField("orcid", "ORCID iD", example="0000-0002-1825-0097"),
    CardField("email", "E-mail", example="ada@example.org"),
)
INSTRUMENT = (
    _TITLE,
    CardField("identifier", "Persistent identifier", example="21.11157/titan"),
    CardField(
        "identifier_type", "Type of the identifier", Kind.CHOICE,
        words=_words(InstrumentCard, "identifier_type"),
    ),
    CardField("landing_page", "Landing page", example="https://example.org/titan"),
    CardField("model.name", "Model", example="Titan 80-300"),
    CardField("model.identifier", "Model's own identifier"),
    CardField("model.identifier_type", "Type of the model's identifier", example="URL"),
    CardField(
        "manufacturers", "Manufacturers", Kind.ROWS, columns=_NAMED,
    ),
    CardField(
        "owners", "Owners", Kind.ROWS, columns=(*_NAMED, CardField("contact", "E-mail")),
        help="Who answers for the instrument.",
    ),
    CardField(
        "instrument_types", "Kinds of instrument", Kind.LINES,
        example="Transmission electron microscope",
    ),
    CardField(
        "measured_variables", "What it measures", Kind.LINES, example="Electron energy loss",
    ),
    CardField(
        "dates", "Dates", Kind.ROWS,
        columns=(
            CardField("on", "On", example="2020-05-01"),
            CardField("type", "What", Kind.CHOICE, words=_words(InstrumentDate, "type")),
        ),
    ),
    CardField(
        "alternate_identifiers", "Other identifiers", Kind.ROWS,
        columns=(
            CardField("identifier", "Identifier"),
            CardField("type", "Kind", Kind.CHOICE, words=_words(AlternateIdentifier, "type")),
        ),
        help="By its serial number a file's instrument is recognised.",
    ),
    CardField(
        "related_identifiers", "Related identifiers", Kind.ROWS,
        columns=(
            CardField("identifier", "Identifier"),
            CardField("identifier_type", "Its type"),
            CardField(
                "relation", "Relation", Kind.CHOICE, words=_words(RelatedIdentifier, "relation"),
            ),
        ),
    ),
    _DESCRIPTION,
)  # fmt: skip
"""All but the profile."""

_FIELDS: dict[type[Card], tuple[CardField, ...]] = {
    ProjectCard: PROJECT,
    ProposalCard: PROPOSAL,
    SampleCard: SAMPLE,
    PersonCard: PERSON,
    InstrumentCard: INSTRUMENT,
}


@cache
def fields_of(card: type[Card]) -> tuple[CardField, ...]:
    """Return the fields of a kind of card; of an instrument's also those of its profile."""
    profile = [_of_profile(one) for one in profile_fields()] if card is InstrumentCard else []
    parts = list(dict.fromkeys(one.part for one in profile))
    return (*_FIELDS[card], *sorted(profile, key=lambda one: parts.index(one.part)))


def _of_profile(field: Field) -> CardField:
    words = tuple(word for word in field.schema.get("enum", ()) if word)
    return CardField(
        field.name,
        str(field.schema["title"]),
        Kind.CHOICE if words else Kind.LINE,
        example=example_of(field),
        help=help_of(field) or "",
        words=words,
        part=f"Profile: {field.about['part']}",
    )
