"""``/audit``: who did what, when; of one project for its owners, of all for who runs emfair."""

from __future__ import annotations

from typing import Annotated, Any, Self, TypeAlias

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from emfair.api import guard
from emfair.api.cards import Limit, PageAnswer
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.annotations import Time
from emfair.service.access import Access, Granted
from emfair.service.nouns import deeds
from emfair.service.nouns.deeds import DeedPage, Which
from emfair.service.nouns.members import ProjectRow
from emfair.service.pages import PAGE

router = APIRouter(tags=["audit"])
Actor: TypeAlias = Annotated[str | None, Query(max_length=200, examples=["local:ada"])]
Kind: TypeAlias = Annotated[str | None, Query(max_length=60, examples=["sample-changed"])]
To: TypeAlias = Annotated[
    str | None, Query(max_length=200, examples=["sample:quartz-interfaces/2026-a/lamella-1"])
]
When: TypeAlias = Annotated[Time | None, Query(examples=["2026-01-22T00:00:00Z"])]
Before: TypeAlias = Annotated[
    str | None, Query(pattern="^[0-9]{1,18}$", description="`next` of the page before.")
]


class DeedAnswer(BaseModel):
    """What someone did to something."""

    at: AwareDatetime
    actor: str = Field(examples=["local:ada"])
    actor_name: str = Field(examples=["Ada Lovelace"])
    action: str = Field(examples=["sample-changed"])
    subject: str = Field(examples=["sample:quartz-interfaces/2026-a/lamella-1"])
    detail: dict[str, Any]


class DeedsAnswer(PageAnswer[DeedAnswer]):
    """A page of deeds."""

    @classmethod
    def of(cls, page: DeedPage) -> Self:
        """Return a page."""
        items = [
            DeedAnswer(
                at=row.at,
                actor=row.actor,
                actor_name=page.names.get(row.actor, ""),
                action=row.action,
                subject=row.subject,
                detail=row.detail,
            )
            for row in page.rows
        ]
        return cls(items=items, next=None if page.next is None else str(page.next))


@router.get("/projects/{project}/audit", responses=responses(400, 401, 403, 404, 422))
def list_project_deeds(
    reading: Annotated[Granted[ProjectRow], guard.project(Action.READ_AUDIT)],
    actor: Actor = None,
    action: Kind = None,
    subject: To = None,
    since: When = None,
    until: When = None,
    limit: Limit = PAGE,
    after: Before = None,
) -> DeedsAnswer:
    """List what was done to a project and to what lies in it, newest first."""
    which = Which(actor=actor, action=action, subject=subject, since=since, until=until)
    return DeedsAnswer.of(deeds.of_project(reading, which, limit=limit, after=_number(after)))


@router.get("/audit", responses=responses(400, 401, 403, 422))
def list_deeds(
    access: Annotated[Access, guard.listing(Action.READ_AUDIT)],
    actor: Actor = None,
    action: Kind = None,
    subject: To = None,
    since: When = None,
    until: When = None,
    limit: Limit = PAGE,
    after: Before = None,
) -> DeedsAnswer:
    """List what was done anywhere, newest first, for whoever may read it in every project."""
    which = Which(actor=actor, action=action, subject=subject, since=since, until=until)
    return DeedsAnswer.of(deeds.everything(access, which, limit=limit, after=_number(after)))


def _number(after: str | None) -> int | None:
    return None if after is None else int(after)
