"""Members of a project: who they are, made and unmade by its owners.

There are two ways to be one: a membership that the registry keeps, and a group of the login
service. What does not belong here: what a role may do (``policy.yaml``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from emfair.identity.roles import PROJECT_ROLES, Role, project_group
from emfair.identity.tokens import INSTRUMENT
from emfair.model.nouns import ProjectCard
from emfair.registry import CardRow
from emfair.service.access import Access, Granted
from emfair.service.naming import names
from emfair.service.overview import oversees
from emfair.service.services import Services

ProjectRow = CardRow[ProjectCard]


@dataclass(frozen=True)
class Member:
    """Someone with a role in a project.

    Attributes
    ----------
    name
        Empty if they have no card.
    until
        The first moment at which they have it no more; it may be over.
    source
        A group is seen of whoever asks only: the login service tells no others.
    granted_by, granted_at
        Of a membership.
    """

    subject: str
    name: str
    role: str
    source: Literal["membership", "group"]
    until: datetime | None = None
    granted_by: str = ""
    granted_at: datetime | None = None


def members(reading: Granted[ProjectRow]) -> tuple[Member, ...]:
    """Return who works on a project, by subject."""
    access, project = reading.access, reading.row.id
    rows = access.services.registry.memberships.of_project(project)
    called = names(access.services, (row.subject for row in rows))
    kept = [
        Member(
            subject=row.subject,
            name=called.get(row.subject, ""),
            role=row.role,
            source="membership",
            until=row.until,
            granted_by=row.granted_by,
            granted_at=row.granted_at,
        )
        for row in rows
    ]
    return tuple(sorted([*kept, *_by_group(access, project)], key=lambda one: one.subject))


def groups(project: str) -> dict[str, str]:
    """Return the login service's groups that count in a project, by role."""
    return {role.value: project_group(project, role) for role in Role if role in PROJECT_ROLES}


def grant(
    sharing: Granted[ProjectRow], subject: str, role: str, until: datetime | None = None
) -> Member:
    """Give someone who is known, or an instrument, a role; it replaces the one they had.

    Raises
    ------
    BadCall
        There is no such role, or it would end before it begins.
    Conflict
        They are the last owner without an end; a steward may leave a project without one.
    NotFound
        There is no such person or instrument.
    """
    access, project = sharing.access, sharing.row.id
    _check_known(access.services, subject)
    access.services.registry.memberships.grant(
        project, subject, role, until=until, actor=access.subject, orphaning=_may_orphan(sharing)
    )
    return next(
        one for one in members(sharing) if (one.subject, one.source) == (subject, "membership")
    )


def revoke(sharing: Granted[ProjectRow], subject: str) -> None:
    """Take someone's membership away; if they have none, that is no error.

    Raises `Conflict` as `grant` does.
    """
    access = sharing.access
    access.services.registry.memberships.revoke(
        sharing.row.id, subject, actor=access.subject, orphaning=_may_orphan(sharing)
    )


def _by_group(access: Access, project: str) -> Iterator[Member]:
    if access.principal is not None:
        for role, group in groups(project).items():
            if group in access.principal.groups:
                yield Member(access.subject, access.name, role, "group")


def _may_orphan(sharing: Granted[ProjectRow]) -> bool:
    """Whether they may leave a project without an owner: they can give it another one."""
    return oversees(sharing.access)


def _check_known(services: Services, subject: str) -> None:
    """Refuse a subject that nobody has: a typing error would wait for its owner."""
    if subject.startswith(INSTRUMENT):
        services.registry.instruments.get(subject.removeprefix(INSTRUMENT))
    else:
        services.registry.people.get(subject)
