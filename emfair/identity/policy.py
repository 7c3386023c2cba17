"""Deciding who may do what, by the table and nothing else: no stores, no clocks.

What does not belong here: the rules themselves (``policy.yaml``), and which roles someone has
(`emfair.identity.roles`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from emfair.errors import EmfairError, Forbidden, NotFound, Unauthenticated
from emfair.identity.principal import Kind, Principal
from emfair.identity.roles import Membership, Role, roles_of
from emfair.identity.table import FREE, LOGIN, About, Action, Condition, Row, table


@dataclass(frozen=True, slots=True)
class Resource:
    """What something is done to.

    Attributes
    ----------
    id
        Empty where none in particular is meant: the service, or all projects' audit log.
    project
        The one it lies in; of a project, itself. None outside of projects.
    owner
        Subject of whoever deposited, made or holds it; empty where unknown.
    restricted
        Only for those who work on it.
    open
        Published, and for everyone; of a project that is not there yet: for anyone to begin.
    """

    about: About
    id: str = ""
    project: str | None = None
    owner: str = ""
    restricted: bool = False
    open: bool = False


SERVICE = Resource(About.SERVICE)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer.

    Attributes
    ----------
    allowed
        Whether it may be done.
    why
        For logs and for whoever is refused; never shown where `hidden`.
    whom_to_ask
        Who could make it possible; empty where it is allowed.
    hidden
        Refused to someone who may not even learn that it exists: answer as if it did not. A token's
        scopes hide nothing: its holder can see it, and should be told what the token lacks.
    """

    allowed: bool
    why: str
    whom_to_ask: str = ""
    hidden: bool = False


def decide(
    principal: Principal | None,
    action: Action,
    resource: Resource,
    memberships: Iterable[Membership] = (),
    *,
    now: datetime,
) -> Decision:
    """Decide whether someone (None: not logged in) may do `action` to `resource`.

    `memberships` may hold anyone's, of any project: only those that grant something here and now
    count. Raises `ValueError` if `action` is not about such a thing: a defect of the caller.
    """
    row = table().rows[action]
    if resource.about is not row.about:
        raise ValueError(f"{action} is done to: {row.about}, not to: {resource.about}")
    known = tuple(memberships)
    decision = _decide(principal, row, resource, known, now)
    if decision.allowed or not resource.id or resource.about not in table().shown_by:
        return decision
    shown = table().rows[table().shown_by[resource.about]]
    holder = None if principal is None else replace(principal, scopes=None, experiment="")
    return replace(decision, hidden=not _decide(holder, shown, resource, known, now).allowed)


def require(
    principal: Principal | None,
    action: Action,
    resource: Resource,
    memberships: Iterable[Membership] = (),
    *,
    now: datetime,
) -> None:
    """Return if it may be done.

    Raises
    ------
    NotFound
        It may not, nor may they learn that it exists.
    Unauthenticated
        It may not, and nobody is logged in.
    Forbidden
        It may not.
    """
    decision = decide(principal, action, resource, memberships, now=now)
    if not decision.allowed:
        raise refusal(principal, resource, decision)


def refusal(principal: Principal | None, resource: Resource, decision: Decision) -> EmfairError:
    """Return the error that tells a refusal."""
    if decision.hidden:
        return not_there(principal, resource.about, resource.id)
    if principal is None:
        return Unauthenticated(decision.why, remedy="Log in, or send a token.")
    return Forbidden(decision.why, subject=resource.id, remedy=f"Ask {decision.whom_to_ask}.")


def not_there(principal: Principal | None, about: About, identifier: str) -> NotFound:
    """Return the one answer to what does not exist and to what may not be seen.

    Whoever looks things up raises this too, so that nobody can tell the two apart.
    """
    login = ", or log in: it may not be public" if principal is None else ""
    return NotFound(
        f"there is no such {about}, or it was not shared with you.",
        subject=identifier,
        remedy=f"Look for typing errors{login}.",
    )


def needs_login(action: Action) -> bool:
    """Whether `action` is nothing for someone who is not logged in, whatever it is done to.

    A face may then ask for a login before it looks anything up.
    """
    return table().rows[action].cells[Role.ANYONE] is Condition.NEVER


def _decide(
    principal: Principal | None,
    row: Row,
    resource: Resource,
    memberships: tuple[Membership, ...],
    now: datetime,
) -> Decision:
    words = str(row.action).replace("-", " ")
    experiment = resource.id if resource.about is About.EXPERIMENT else None
    if principal is not None and principal.experiment not in ("", experiment):
        why = f"the pass of one experiment's page is not enough to {words}."
        return Decision(allowed=False, why=why, whom_to_ask="for a login, or an access token")
    roles = roles_of(principal, resource.project, experiment, memberships, now)
    granting = [role for role in Role if role in roles and _fits(row, role, principal, resource)]
    lacking = "" if Role.ANYONE in granting else _lacking_scope(principal, row)
    if granting and lacking:
        return Decision(allowed=False, why=f"{lacking} to {words}.", whom_to_ask=_for_scope(row))
    if granting:
        return Decision(allowed=True, why=f"{table().role_words[granting[0]]} may {words}.")
    best = next(role for role in Role if role in roles)
    known_as = Role.REFEREE if principal and principal.kind is Kind.REFEREE else best
    restricted = resource.restricted and row.cells[best] in (Condition.PLAIN, Condition.OPEN)
    return Decision(
        allowed=False,
        why=f"{table().role_words[known_as]} may not {words}"
        f"{': this one is restricted' if restricted else ''}.",
        whom_to_ask=table().ask_words[row.ask],
    )


def _fits(row: Row, role: Role, principal: Principal | None, resource: Resource) -> bool:
    match row.cells[role]:
        case Condition.ANY:
            return True
        case Condition.PLAIN:
            return not resource.restricted
        case Condition.OWN:
            return principal is not None and resource.owner == principal.subject
        case Condition.OPEN:
            return resource.open and not resource.restricted
        case Condition.NEVER:
            return False


def _lacking_scope(principal: Principal | None, row: Row) -> str:
    """Return what a token lacks; a scope never gives, it only takes away."""
    if principal is None or principal.scopes is None or row.scope == FREE:
        return ""
    if row.scope == LOGIN:
        return "a token is not enough"
    return "" if row.scope in principal.scopes else f"this token lacks the scope {row.scope!r}"


def _for_scope(row: Row) -> str:
    if row.scope == LOGIN:
        return "whoever made the token: they can log in and do it"
    return f"whoever made the token for one with the scope {row.scope!r}"
