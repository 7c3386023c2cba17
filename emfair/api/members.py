"""``/projects/{project}/members``: who works on a project, made and unmade by its owners.

A subject stands in the query, see `people`. What does not belong here: links for people who are
not known (`referees`).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from fastapi import APIRouter, Query, Response, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from emfair.api import guard
from emfair.api.problems import responses
from emfair.identity.principal import SUBJECT_LIMIT
from emfair.identity.table import Action
from emfair.model.annotations import Time
from emfair.service.access import Granted
from emfair.service.nouns import members
from emfair.service.nouns.members import Member, ProjectRow

router = APIRouter(prefix="/projects/{project}/members", tags=["sharing"])
Managing = Annotated[Granted[ProjectRow], guard.project(Action.MANAGE_MEMBERSHIP)]
Whom: TypeAlias = Annotated[
    str,
    Query(
        min_length=1,
        max_length=SUBJECT_LIMIT,
        description="A person's subject, or instrument:ID.",
        examples=["local:ada"],
    ),
]


class Grant(BaseModel):
    """A role, and when it ends by itself."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["owner", "editor", "viewer"]
    until: Time | None = Field(None, examples=["2027-01-01T00:00:00Z"])


class MemberAnswer(BaseModel):
    """Someone with a role in a project.

    A group of the login service is shown of whoever asks only: it tells no others.
    """

    subject: str = Field(examples=["local:ada"])
    name: str = Field(examples=["Ada Lovelace"])
    role: str = Field(examples=["editor"])
    source: Literal["membership", "group"]
    until: AwareDatetime | None
    granted_by: str = Field(examples=["local:bob"])
    granted_at: AwareDatetime | None

    @classmethod
    def of(cls, one: Member) -> Self:
        """Return a member."""
        return cls(
            subject=one.subject,
            name=one.name,
            role=one.role,
            source=one.source,
            until=one.until,
            granted_by=one.granted_by,
            granted_at=one.granted_at,
        )


class MembersAnswer(BaseModel):
    """A project's members, by subject, those whose time is over included."""

    items: list[MemberAnswer]
    groups: dict[str, str] = Field(
        description="Whoever is in these groups of the login service has the role, too.",
        examples=[{"owner": "emfair-project-quartz-interfaces-owner"}],
    )


@router.get("", responses=responses(401, 403, 404))
def list_members(
    reading: Annotated[Granted[ProjectRow], guard.project(Action.READ_MEMBERS)],
) -> MembersAnswer:
    """List who works on a project."""
    items = [MemberAnswer.of(one) for one in members.members(reading)]
    return MembersAnswer(items=items, groups=members.groups(reading.row.id))


@router.put("", responses=responses(400, 401, 403, 404, 409, 422))
def grant(managing: Managing, subject: Whom, wanted: Grant) -> MemberAnswer:
    """Give someone a role in a project; it replaces the one they had."""
    return MemberAnswer.of(members.grant(managing, subject, wanted.role, wanted.until))


@router.delete(
    "",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(400, 401, 403, 404, 409, 422),
)
def revoke(managing: Managing, subject: Whom) -> Response:
    """Take someone's role away; if they have none, that is no error."""
    members.revoke(managing, subject)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
