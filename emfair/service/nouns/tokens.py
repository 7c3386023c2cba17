"""Access tokens: people's own, and those of instruments, made by whoever may share one.

Stewards end those of whoever has left.

A token is answered once; only its SHA-256 is kept. What does not belong here: what makes one good
(`emfair.identity.tokens`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from emfair.errors import NotFound
from emfair.identity import tokens
from emfair.identity.policy import Resource
from emfair.identity.table import About, Action
from emfair.identity.tokens import INSTRUMENT
from emfair.model.nouns import InstrumentCard, PersonCard
from emfair.model.tokens import StoredToken
from emfair.registry import CardRow
from emfair.service.access import Access, Granted

InstrumentRow = CardRow[InstrumentCard]
PersonRow = CardRow[PersonCard]


@dataclass(frozen=True)
class Wanted:
    """What a token is to be called, what it may do at most, and until when."""

    name: str
    scopes: frozenset[str]
    expires_at: datetime


def own(access: Access) -> Sequence[StoredToken]:
    """Return one's own tokens, newest first, those that are over included.

    Raises `Unauthenticated` or `Forbidden` for whoever has none of their own, or comes by a token.
    """
    _check(access)
    return access.services.registry.tokens.list(access.subject)


def of_person(ending: Granted[PersonRow]) -> Sequence[StoredToken]:
    """Return someone's tokens, newest first, those that are over included."""
    return ending.access.services.registry.tokens.list(ending.row.id)


def revoke_of_person(ending: Granted[PersonRow], identifier: str) -> None:
    """End a token of someone's now; again is no error. Raises `NotFound` if they have none such."""
    _revoke_among(ending.access, of_person(ending), identifier, "this person")


def revoke_all_of_person(ending: Granted[PersonRow]) -> int:
    """End all of someone's tokens now, as when they have left; return how many still counted."""
    services = ending.access.services
    return services.registry.tokens.revoke_all(ending.row.id, services.now(), ending.access.subject)


def create(access: Access, wanted: Wanted) -> tuple[str, StoredToken]:
    """Make a token that acts as whoever asks; return it, and what is kept of it.

    Raises
    ------
    BadCall
        No name, no or unknown scopes, or an end that is past or more than a year away.
    Unauthenticated, Forbidden
        They can have none.
    """
    _check(access)
    return _issue(access, wanted)


def revoke(holding: Granted[StoredToken]) -> None:
    """End a token now; again is no error."""
    services = holding.access.services
    tokens.revoke(services.registry.tokens, holding.row.id, services.now(), holding.access.subject)


def of_instrument(sharing: Granted[InstrumentRow]) -> Sequence[StoredToken]:
    """Return an instrument's tokens, newest first, those that are over included."""
    return sharing.access.services.registry.tokens.list(f"{INSTRUMENT}{sharing.row.id}")


def create_for_instrument(
    sharing: Granted[InstrumentRow], wanted: Wanted
) -> tuple[str, StoredToken]:
    """Make a token that acts as the instrument, as `create` does.

    It may do something in projects only that the instrument is a member of.
    """
    return _issue(sharing.access, wanted, sharing.row.id)


def revoke_of_instrument(sharing: Granted[InstrumentRow], identifier: str) -> None:
    """End an instrument's token now; again is no error. Raises `NotFound` if it has none such."""
    _revoke_among(sharing.access, of_instrument(sharing), identifier, "this instrument")


def _revoke_among(
    access: Access, among: Sequence[StoredToken], identifier: str, holder: str
) -> None:
    row = next((one for one in among if one.id == identifier), None)
    if row is None:
        raise NotFound(
            f"{holder} has no such token.", subject=identifier, remedy="List the tokens there are."
        )
    revoke(Granted(access, row))


def _check(access: Access) -> None:
    access.require(Action.MANAGE_TOKENS, Resource(About.TOKEN, owner=access.subject))


def _issue(access: Access, wanted: Wanted, instrument: str = "") -> tuple[str, StoredToken]:
    return tokens.issue(
        access.services.registry.tokens,
        access.known,
        name=wanted.name,
        scopes=wanted.scopes,
        expires_at=wanted.expires_at,
        now=access.services.now(),
        instrument=instrument,
    )
