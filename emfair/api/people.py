"""``/people``: who has been here, for whoever invites them; one's own card.

A subject of an issuer's account holds slashes, which not every proxy lets through in a path: it
stands in the query.
"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Body, Response
from pydantic import AwareDatetime, BaseModel, Field

from emfair.api import guard, versions
from emfair.api.cards import After, Limit, PageAnswer, Words
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.nouns import PersonCard
from emfair.registry import CardRow
from emfair.service.access import Access, Granted
from emfair.service.nouns import people
from emfair.service.pages import PAGE

router = APIRouter(prefix="/people", tags=["people"])
PersonRow = CardRow[PersonCard]
_PERSON = {
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "orcid": "0000-0002-1825-0097",
    "affiliation": "Electron Microscopy Centre",
}


class PersonAnswer(BaseModel):
    """A person, as others see them."""

    subject: str = Field(examples=["local:ada"], description="What emfair knows them by.")
    card: PersonCard
    created_at: AwareDatetime = Field(description="When they first came.")
    version: int

    @classmethod
    def of(cls, row: PersonRow) -> Self:
        """Return a person's card."""
        return cls(subject=row.id, card=row.card, created_at=row.created_at, version=row.version)


class PeopleAnswer(PageAnswer[PersonAnswer]):
    """A page of people."""


@router.get("", responses=responses(400, 401, 403, 404, 422))
def list_people(
    access: Annotated[Access, guard.listing(Action.READ_PERSON)],
    text: Words = "",
    limit: Limit = PAGE,
    after: After = None,
) -> PeopleAnswer:
    """List who has logged in here, whoever first came last on top; for whoever has logged in."""
    page = people.people(access, text=text, limit=limit, after=after)
    return PeopleAnswer(items=[PersonAnswer.of(row) for row in page.rows], next=page.next)


@router.get("/card", responses=responses(400, 401, 403, 404, 422))
def show_person(
    reading: Annotated[Granted[PersonRow], guard.person(Action.READ_PERSON)],
    response: Response,
) -> PersonAnswer:
    """Show someone's card, or one's own."""
    versions.tell(response, reading.row.version)
    return PersonAnswer.of(reading.row)


@router.put("/card", responses=responses(400, 401, 403, 404, 412, 413, 422, 428))
def edit_person(
    editing: Annotated[Granted[PersonRow], guard.person(Action.MANAGE_PEOPLE)],
    version: versions.Expected,
    card: Annotated[PersonCard, Body(examples=[_PERSON])],
    response: Response,
) -> PersonAnswer:
    """Replace one's own card as a whole; an administrator anyone's."""
    row = people.edit_person(editing, card, expected_version=version)
    versions.tell(response, row.version)
    return PersonAnswer.of(row)
