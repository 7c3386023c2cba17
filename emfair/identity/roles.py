"""Roles: which ones someone has, here and now, by groups, memberships and referee links.

What does not belong here: what a role may do (``policy.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from emfair.identity.principal import Kind, Principal
from emfair.model.identifiers import PATTERN


class Role(StrEnum):
    """What someone is, from the most powerful to whoever comes along."""

    ADMIN = "admin"
    STEWARD = "steward"
    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"
    REFEREE = "referee"
    DEPOSITOR = "depositor"
    ANYONE = "anyone"


GLOBAL_GROUPS = {"emfair-admin": Role.ADMIN, "emfair-steward": Role.STEWARD}
PROJECT_ROLES = frozenset({Role.OWNER, Role.EDITOR, Role.VIEWER})
LINKED_ROLES = PROJECT_ROLES | {Role.REFEREE}
"""Roles in one project, which the registry can grant."""

_PROJECT_GROUP = re.compile(r"emfair-project-(?P<project>.+)-(?P<role>owner|editor|viewer)")


@dataclass(frozen=True, slots=True)
class Membership:
    """A role in one project that the registry grants: to a member, or by a referee link.

    Attributes
    ----------
    until
        The end: from this moment on it grants nothing. None only for members.
    experiment
        The only one that a referee link shows; None for the whole project.
    """

    project: str
    subject: str
    role: Literal[Role.OWNER, Role.EDITOR, Role.VIEWER, Role.REFEREE]
    until: datetime | None = None
    experiment: str | None = None

    def __post_init__(self) -> None:
        if self.role not in LINKED_ROLES:
            raise ValueError(f"no membership grants the role {self.role}")
        if self.role == Role.REFEREE and self.until is None:
            raise ValueError("a referee link has an end date")
        if self.role != Role.REFEREE and self.experiment is not None:
            raise ValueError("only a referee link is limited to an experiment")
        if self.until is not None and self.until.tzinfo is None:
            raise ValueError("the end of a membership has a time zone")

    def grants(
        self, principal: Principal, project: str, experiment: str | None, now: datetime
    ) -> bool:
        """Whether it gives `principal` its role here and now."""
        return (
            self.subject == principal.subject
            and self.project == project
            and (self.until is None or now < self.until)
            and (self.experiment is None or self.experiment == experiment)
        )


def project_role(group: str) -> tuple[str, Role] | None:
    """Return project and role of a group like ``emfair-project-grain-boundaries-editor``.

    A project's identifier may hold hyphens: the last word is the role, whatever stands before it.
    The names are such as FreeIPA allows.
    """
    found = _PROJECT_GROUP.fullmatch(group)
    if found is None or not PATTERN.fullmatch(found["project"]):
        return None
    return found["project"], Role(found["role"])


def project_group(project: str, role: Role) -> str:
    """Return the group whose members have `role` in `project`.

    >>> project_group("grain-boundaries", Role.EDITOR)
    'emfair-project-grain-boundaries-editor'
    """
    return f"emfair-project-{project}-{role}"


def project_roles(
    principal: Principal | None, memberships: Iterable[Membership], now: datetime
) -> dict[str, Role]:
    """Return someone's strongest role in each project that a group or a membership names.

    A group may name one that is not there yet. Of a referee link to one experiment it is the role
    in that alone.
    """
    if principal is None:
        return {}
    found = [
        (one.project, Role(one.role))
        for one in memberships
        if one.grants(principal, one.project, one.experiment, now)
    ]
    if principal.kind is not Kind.REFEREE:
        found += filter(None, map(project_role, principal.groups))
    strongest = sorted(found, key=lambda one: list(Role).index(one[1]), reverse=True)
    return dict(sorted(dict(strongest).items()))


def roles_of(
    principal: Principal | None,
    project: str | None,
    experiment: str | None,
    memberships: Iterable[Membership],
    now: datetime,
) -> frozenset[Role]:
    """Return the roles that someone has in `project`; outside of projects without one.

    The local user of an embedded emfair is administrator and steward. A referee is nothing else,
    whatever groups or memberships its subject were given.
    """
    if principal is None:
        return frozenset({Role.ANYONE})
    granted: set[Role] = {
        membership.role
        for membership in memberships
        if project is not None and membership.grants(principal, project, experiment, now)
    }
    if principal.kind is Kind.REFEREE:
        return frozenset({Role.ANYONE} | (granted & {Role.REFEREE}))
    if principal.kind is Kind.LOCAL:
        granted |= set(GLOBAL_GROUPS.values())
    granted |= {GLOBAL_GROUPS[group] for group in principal.groups & GLOBAL_GROUPS.keys()}
    granted |= {
        found[1]
        for group in principal.groups
        if (found := project_role(group)) and found[0] == project
    }
    return frozenset(granted | {Role.DEPOSITOR, Role.ANYONE})
