"""How far someone's lists reach: the table's answer for many things at once.

A list is a query with these bounds, and must hold exactly what `emfair.identity.policy.decide`
would allow one by one; a test holds the two together. What does not belong here: the query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from emfair.identity.principal import Principal
from emfair.identity.roles import Membership, Role, project_role, roles_of
from emfair.identity.table import Action, Condition, table


@dataclass(frozen=True, slots=True)
class Reach:
    """Bounds; what any of them lets in is in.

    Attributes
    ----------
    projects
        In which they see what is not restricted; None for all.
    restricted
        In which they see what is restricted, too; None for all.
    own
        Their subject, if they see what is their own wherever it is.
    experiments
        What referee links show besides, unless it is restricted.
    """

    projects: frozenset[str] | None
    restricted: frozenset[str] | None
    own: str | None
    experiments: frozenset[str]


def reach(
    principal: Principal | None,
    action: Action,
    memberships: Iterable[Membership] = (),
    *,
    now: datetime,
) -> Reach:
    """Return the bounds of a list of what someone may do `action` to.

    What is published and open is not among them: catalogues show it, to anyone.
    """
    row = table().rows[action]
    if principal is None or principal.experiment:
        return Reach(frozenset(), frozenset(), None, frozenset())
    if principal.scopes is not None and row.scope not in principal.scopes:
        return Reach(frozenset(), frozenset(), None, frozenset())
    known = tuple(memberships)
    cells = row.cells
    outside = roles_of(principal, None, None, (), now)
    within = {
        project: roles_of(principal, project, None, known, now)
        for project in _projects(principal, known)
    }
    linked = (
        one.experiment
        for one in known
        if one.experiment and one.grants(principal, one.project, one.experiment, now)
    )
    return Reach(
        projects=_where(cells, {Condition.ANY, Condition.PLAIN}, outside, within),
        restricted=_where(cells, {Condition.ANY}, outside, within),
        own=principal.subject if any(cells[role] is Condition.OWN for role in outside) else None,
        experiments=frozenset(linked)
        if cells[Role.REFEREE] is not Condition.NEVER
        else frozenset(),
    )


def _projects(principal: Principal, memberships: Iterable[Membership]) -> set[str]:
    of_groups = (found[0] for group in principal.groups if (found := project_role(group)))
    return {*of_groups, *(one.project for one in memberships)}


def _where(
    cells: Mapping[Role, Condition],
    conditions: set[Condition],
    outside: frozenset[Role],
    within: Mapping[str, frozenset[Role]],
) -> frozenset[str] | None:
    if any(cells[role] in conditions for role in outside):
        return None
    return frozenset(
        project
        for project, roles in within.items()
        if any(cells[role] in conditions for role in roles)
    )
