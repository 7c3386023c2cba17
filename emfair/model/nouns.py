"""The cards of what experiments hang on: projects, proposals, samples, instruments, people.

Everything but the title may be left out: a card is filled in bit by bit. Quantities are kept as
the person typed them (``80 nm``), and an instrument's profile speaks the keys of the annotation
document: `emfair.nxem.annotations` checks and reads both. What does not belong here: identifiers
and where a thing hangs (`emfair.model.manifest.Place`), and who may see it (`emfair.identity`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from emfair.model.annotations import Element, InstrumentNotes, Orcid, Text, Time


def _https(url: str) -> str:
    """Refuse what is no address of a page that anybody may open safely."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- raises for a port that is none
    except ValueError as error:
        raise ValueError("is no address: it looks like https://example.org/microscope") from error
    plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or not plain:
        raise ValueError("must look like https://example.org/microscope")
    return url


def _email(text: str) -> str:
    """Refuse what can be no address; whether it is one, only a letter could tell (RFC 5321)."""
    local, at, host = text.rpartition("@")
    if not (local and at and host) or any(char.isspace() for char in text) or len(text) > 254:
        raise ValueError("must look like ada@example.org")
    return text


def _once(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(words)) < len(words):
        raise ValueError("names something twice")
    return words


Title = Annotated[str, Field(min_length=1, max_length=500)]
Https = Annotated[str, Field(max_length=2000), AfterValidator(_https)]
Email = Annotated[str, AfterValidator(_email)]
Elements = Annotated[tuple[Element, ...], AfterValidator(_once)]


class Card(BaseModel):
    """What all cards have in common: nobody changes them in place, and they hold nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class ProjectCard(Card):
    """A project: what belongs together, and who works on it."""

    title: Title
    description: Text | None = None


class ProposalCard(Card):
    """A proposal: the time at the instruments that was asked for, and its number there."""

    title: Title
    description: Text | None = None
    identifier: Text | None = None


class SampleCard(Card):
    """A sample; the fields of the same name in an annotation document come from here.

    Attributes
    ----------
    elements, formula
        Its composition: IUPAC symbols, and in free words (``Fe0.7Cr0.3``, ``SiO2 on Si``).
    thickness
        With its unit, as typed: ``80 nm``.
    identifier
        A persistent one, such as an IGSN ID.
    """

    title: Title
    description: Text | None = None
    elements: Elements = ()
    formula: Text | None = None
    physical_form: Text | None = None
    preparation_date: Time | None = None
    is_simulation: bool | None = None
    thickness: Text | None = None
    identifier: Text | None = None


class Named(Card):
    """An owner, manufacturer or model of an instrument, with its identifier elsewhere if known."""

    name: Text
    identifier: Text | None = None
    identifier_type: Text | None = None

    @model_validator(mode="after")
    def _typed(self) -> Named:
        if (self.identifier is None) != (self.identifier_type is None):
            raise ValueError("an identifier and its type (ROR, URL …) come together")
        return self


class Owner(Named):
    """Who answers for an instrument."""

    contact: Email | None = None


class InstrumentDate(Card):
    """A day in an instrument's life."""

    on: date
    type: Literal["Commissioned", "DeCommissioned"]


class RelatedIdentifier(Card):
    """Something else that an instrument has to do with."""

    identifier: Text
    identifier_type: Text
    relation: Literal[
        "IsDescribedBy",
        "IsNewVersionOf",
        "IsPreviousVersionOf",
        "HasComponent",
        "IsComponentOf",
        "References",
        "HasMetadata",
        "WasUsedIn",
        "IsIdenticalTo",
        "IsAttachedTo",
    ]


class AlternateIdentifier(Card):
    """What else an instrument is called by."""

    identifier: Text
    type: Literal["SerialNumber", "InventoryNumber", "Other"]


class Profile(Card):
    """What an instrument's files do not carry, and is the same for all of them.

    `measurement` holds the keys of an annotation document's part of that name.
    """

    instrument: InstrumentNotes = InstrumentNotes()
    measurement: dict[str, Text] = Field(default_factory=dict)


class InstrumentCard(Card):
    """An instrument, by the properties of PIDINST 1.0 (RDA, 2022), and its profile.

    PIDINST itself wants `identifier`, `landing_page`, `owners` and `manufacturers` filled in; a
    card may lack them until the instrument is registered.
    """

    title: Title
    identifier: Text | None = None
    identifier_type: Literal["Handle", "DOI", "URN", "URL"] | None = None
    landing_page: Https | None = None
    owners: tuple[Owner, ...] = ()
    manufacturers: tuple[Named, ...] = ()
    model: Named | None = None
    description: Text | None = None
    instrument_types: tuple[Text, ...] = ()
    measured_variables: tuple[Text, ...] = ()
    dates: tuple[InstrumentDate, ...] = ()
    related_identifiers: tuple[RelatedIdentifier, ...] = ()
    alternate_identifiers: tuple[AlternateIdentifier, ...] = ()
    profile: Profile = Profile()

    @model_validator(mode="after")
    def _typed(self) -> InstrumentCard:
        if (self.identifier is None) != (self.identifier_type is None):
            raise ValueError("identifier and identifier_type come together")
        return self

    @property
    def serial_numbers(self) -> tuple[str, ...]:
        """By which a file's instrument is recognised."""
        return tuple(
            each.identifier for each in self.alternate_identifiers if each.type == "SerialNumber"
        )


class PersonCard(Card):
    """A person, as others see them. Their account is elsewhere: with the issuer of their login."""

    name: Title
    email: Email | None = None
    orcid: Orcid | None = None
    affiliation: Text | None = None
