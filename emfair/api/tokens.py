"""``/tokens``: one's own access tokens, those of instruments, and those of whoever has left.

Answers hold secrets and are kept nowhere: an ``Idempotency-Key`` has no effect here.
"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Response, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from emfair.api import guard
from emfair.api.problems import responses
from emfair.api.secrets import kept_nowhere
from emfair.identity.table import Action
from emfair.model.annotations import Time
from emfair.model.tokens import StoredToken
from emfair.service.access import Access, Granted
from emfair.service.nouns import tokens
from emfair.service.nouns.tokens import InstrumentRow, PersonRow, Wanted

router = APIRouter(tags=["tokens"])
OF_INSTRUMENT, OF_PERSON = "/instruments/{instrument}/tokens", "/people/tokens"
Own = Annotated[Access, guard.listing(Action.MANAGE_TOKENS)]
OfInstrument = Annotated[Granted[InstrumentRow], guard.instrument(Action.SHARE_INSTRUMENT)]
OfPerson = Annotated[Granted[PersonRow], guard.person(Action.END_TOKENS)]


class NewToken(BaseModel):
    """A token that is to be made; it ends within a year."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=500, examples=["FIB's PC"])
    scopes: list[str] = Field(
        min_length=1,
        max_length=20,
        description="What it may do at most: read, download, deposit, annotate, edit, query.",
        examples=[["deposit"]],
    )
    expires_at: Time = Field(examples=["2026-12-31T00:00:00Z"])

    @property
    def wanted(self) -> Wanted:
        """Return it as a value."""
        return Wanted(self.name, frozenset(self.scopes), self.expires_at)


class TokenAnswer(BaseModel):
    """What is kept of an access token."""

    id: str = Field(examples=["4k7m2x9qthw3fzya"])
    name: str = Field(examples=["FIB's PC"])
    subject: str = Field(description="Whom it acts as.", examples=["instrument:titan"])
    scopes: list[str] = Field(examples=[["deposit"]])
    created_at: AwareDatetime
    expires_at: AwareDatetime
    last_used_at: AwareDatetime | None
    revoked_at: AwareDatetime | None

    @classmethod
    def of(cls, kept: StoredToken) -> Self:
        """Return a token, without its checksum."""
        return cls(
            id=kept.id,
            name=kept.name,
            subject=kept.subject,
            scopes=sorted(kept.scopes),
            created_at=kept.created_at,
            expires_at=kept.expires_at,
            last_used_at=kept.last_used_at,
            revoked_at=kept.revoked_at,
        )


class NewTokenAnswer(BaseModel):
    """A new token and what is kept of it; the token is shown this once."""

    token: str = Field(description="Sent as `Authorization: Bearer emf_…`.")
    kept: TokenAnswer


@router.get("/tokens", responses=responses(401, 403))
def list_tokens(access: Own) -> list[TokenAnswer]:
    """List one's own tokens, newest first, those that are over included."""
    return [TokenAnswer.of(one) for one in tokens.own(access)]


@router.post(
    "/tokens", status_code=status.HTTP_201_CREATED, responses=responses(400, 401, 403, 422)
)
def create_token(access: Own, new: NewToken, response: Response) -> NewTokenAnswer:
    """Make a token that acts as whoever asks, within its scopes."""
    kept_nowhere(response)
    text, kept = tokens.create(access, new.wanted)
    return NewTokenAnswer(token=text, kept=TokenAnswer.of(kept))


@router.delete(
    "/tokens/{token}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(401, 403, 404),
)
def revoke_token(
    holding: Annotated[Granted[StoredToken], guard.token(Action.MANAGE_TOKENS)],
) -> Response:
    """End a token now; again is no error."""
    tokens.revoke(holding)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get(OF_INSTRUMENT, responses=responses(401, 403, 404))
def list_instrument_tokens(sharing: OfInstrument) -> list[TokenAnswer]:
    """List an instrument's tokens, newest first, those that are over included."""
    return [TokenAnswer.of(one) for one in tokens.of_instrument(sharing)]


@router.post(
    OF_INSTRUMENT,
    status_code=status.HTTP_201_CREATED,
    responses=responses(400, 401, 403, 404, 422),
)
def create_instrument_token(
    sharing: OfInstrument, new: NewToken, response: Response
) -> NewTokenAnswer:
    """Make a token that acts as `instrument:ID`, which can be made a member of projects."""
    kept_nowhere(response)
    text, kept = tokens.create_for_instrument(sharing, new.wanted)
    return NewTokenAnswer(token=text, kept=TokenAnswer.of(kept))


@router.delete(
    f"{OF_INSTRUMENT}/{{token}}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(401, 403, 404),
)
def revoke_instrument_token(sharing: OfInstrument, token: str) -> Response:
    """End an instrument's token now; again is no error."""
    tokens.revoke_of_instrument(sharing, token)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get(OF_PERSON, responses=responses(401, 403, 404, 422))
def list_persons_tokens(ending: OfPerson) -> list[TokenAnswer]:
    """List someone's tokens, newest first, those that are over included; for stewards."""
    return [TokenAnswer.of(one) for one in tokens.of_person(ending)]


@router.delete(
    OF_PERSON,
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(401, 403, 404, 422),
)
def revoke_persons_tokens(ending: OfPerson) -> Response:
    """End all of someone's tokens now, as when they have left; again is no error."""
    tokens.revoke_all_of_person(ending)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.delete(
    f"{OF_PERSON}/{{token}}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(401, 403, 404, 422),
)
def revoke_persons_token(ending: OfPerson, token: str) -> Response:
    """End one of someone's tokens now; again is no error."""
    tokens.revoke_of_person(ending, token)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
