"""``/instruments``: lists, cards by the properties of PIDINST, profiles, edits.

What does not belong here: an instrument's access tokens (`tokens`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response, status
from pydantic import Field

from emfair.api import guard, versions
from emfair.api.cards import After, CardAnswer, Limit, NewCard, PageAnswer, Words, tell_made
from emfair.api.idempotency import Once
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.nouns import InstrumentCard
from emfair.service.access import Access, Granted
from emfair.service.naming import names
from emfair.service.nouns import instruments, removal
from emfair.service.nouns.tokens import InstrumentRow
from emfair.service.pages import PAGE

router = APIRouter(prefix="/instruments", tags=["instruments"], route_class=Once)
_INSTRUMENT = {
    "title": "Titan",
    "identifier": "21.11157/titan",
    "identifier_type": "Handle",
    "landing_page": "https://example.org/titan",
    "owners": [{"name": "Electron Microscopy Centre", "contact": "em@example.org"}],
    "manufacturers": [{"name": "Thermo Fisher Scientific"}],
    "model": {"name": "Titan 80-300"},
    "alternate_identifiers": [{"identifier": "3122", "type": "SerialNumber"}],
    "profile": {
        "instrument": {"vendor": "Thermo Fisher Scientific", "model": "Titan 80-300"},
        "measurement": {"acceleration_voltage": "300 kV"},
    },
}


class NewInstrument(NewCard[InstrumentCard]):
    """An instrument that is to be made."""

    card: InstrumentCard = Field(examples=[_INSTRUMENT])


class InstrumentAnswer(CardAnswer[InstrumentCard]):
    """An instrument."""


class InstrumentsAnswer(PageAnswer[InstrumentAnswer]):
    """A page of instruments."""


@router.get("", responses=responses(400, 401, 403, 404, 422))
def list_instruments(
    access: Annotated[Access, guard.listing(Action.READ_INSTRUMENT)],
    text: Words = "",
    limit: Limit = PAGE,
    after: After = None,
) -> InstrumentsAnswer:
    """List the instruments that whoever asks may see, newest first."""
    page = instruments.instruments(access, text=text, limit=limit, after=after)
    items = [InstrumentAnswer.of(row, page.names) for row in page.rows]
    return InstrumentsAnswer(items=items, next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=responses(400, 401, 403, 409, 413, 422),
)
def create_instrument(
    access: Annotated[Access, guard.service(Action.CREATE_INSTRUMENT)],
    new: NewInstrument,
    request: Request,
    response: Response,
) -> InstrumentAnswer:
    """Make an instrument; the keys of its profile are those of an annotation document."""
    row = instruments.create_instrument(access, new.card, new.id)
    tell_made(request, response, row)
    return _instrument(access, row)


@router.get("/{instrument}", responses=responses(401, 403, 404))
def show_instrument(
    reading: Annotated[Granted[InstrumentRow], guard.instrument(Action.READ_INSTRUMENT)],
    response: Response,
) -> InstrumentAnswer:
    """Show an instrument's card."""
    versions.tell(response, reading.row.version)
    return _instrument(reading.access, reading.row)


@router.put("/{instrument}", responses=responses(400, 401, 403, 404, 412, 413, 422, 428))
def edit_instrument(
    editing: Annotated[Granted[InstrumentRow], guard.instrument(Action.EDIT_INSTRUMENT)],
    version: versions.Expected,
    card: Annotated[InstrumentCard, Body(examples=[_INSTRUMENT])],
    response: Response,
) -> InstrumentAnswer:
    """Replace an instrument's card as a whole."""
    row = instruments.edit_instrument(editing, card, expected_version=version)
    versions.tell(response, row.version)
    return _instrument(editing.access, row)


@router.delete(
    "/{instrument}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(400, 401, 403, 404, 409, 412, 428),
)
def remove_instrument(
    removing: Annotated[Granted[InstrumentRow], guard.instrument(Action.DELETE_INSTRUMENT)],
    version: versions.Expected,
) -> Response:
    """Remove an instrument that no experiment names; its tokens and memberships end."""
    removal.remove_instrument(removing, expected_version=version)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _instrument(access: Access, row: InstrumentRow) -> InstrumentAnswer:
    return InstrumentAnswer.of(row, names(access.services, [row.owner or ""]))
