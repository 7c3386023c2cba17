"""What all cards have in common in the API: what is asked of a list, and what is answered.

What does not belong here: what is one noun's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Generic, Self, TypeAlias, TypeVar

from fastapi import Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from emfair.api import versions
from emfair.model.identifiers import Identifier
from emfair.model.nouns import Card
from emfair.registry import CardRow
from emfair.service.pages import PAGE_LIMIT

C = TypeVar("C", bound=Card)
A = TypeVar("A", bound=BaseModel)

Words: TypeAlias = Annotated[
    str,
    Query(
        max_length=200,
        description="Words that a card or its identifier must all hold, whatever the case.",
        examples=["quartz"],
    ),
]
Limit: TypeAlias = Annotated[int, Query(ge=1, le=PAGE_LIMIT)]
After: TypeAlias = Annotated[str | None, Query(description="`next` of the page before.")]


class NewCard(BaseModel, Generic[C]):
    """A card that is to be made."""

    model_config = ConfigDict(extra="forbid")

    id: Identifier | None = Field(
        None, description="Never to be changed; made of the title if it is left out."
    )
    card: C


class CardAnswer(BaseModel, Generic[C]):
    """A card, under its identifier."""

    id: str
    card: C
    owner: str | None = Field(description="Whoever made it.", examples=["local:ada"])
    owner_name: str = Field(examples=["Ada Lovelace"])
    created_at: AwareDatetime
    version: int = Field(description="Counts its edits from 1.", examples=[3])

    @classmethod
    def of(cls, row: CardRow[C], names: Mapping[str, str], **more: Any) -> Self:
        """Return the answer; `names` are those of owners, `more` what the noun has besides."""
        return cls(
            id=row.id,
            card=row.card,
            owner=row.owner,
            owner_name=names.get(row.owner or "", ""),
            created_at=row.created_at,
            version=row.version,
            **more,
        )


class PageAnswer(BaseModel, Generic[A]):
    """A page, newest first; give `next` as `after` to get the next page."""

    items: list[A]
    next: str | None


def tell_made(request: Request, response: Response, row: CardRow[Any]) -> None:
    """Tell where a new card is, and its version."""
    response.headers["Location"] = f"{request.url.path.rstrip('/')}/{row.id}"
    versions.tell(response, row.version)
