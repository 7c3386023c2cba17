"""Projects that are not there yet: who may begin one, by the table and by ``EMFAIR_PROJECTS``.

A group of the login service can name a project before anyone has made it (`identity.roles`). Whose
group makes them an owner may make it; whose group makes them an editor may deposit there, and the
project is begun without being theirs. What does not belong here: making it (`nouns.projects`,
`deposits`).
"""

from __future__ import annotations

from dataclasses import replace

from emfair.errors import Forbidden
from emfair.identity.policy import Resource
from emfair.identity.principal import Kind
from emfair.identity.roles import project_role
from emfair.identity.table import About, Action
from emfair.service.access import Access


def check_may_create(access: Access, identifier: str) -> None:
    """Return if they may make the project with this identifier, which then is theirs.

    Raises
    ------
    Unauthenticated, Forbidden
        They may not; the message tells who may.
    """
    _check(access, Action.CREATE_PROJECT, identifier)


def check_may_deposit_first(access: Access, identifier: str) -> None:
    """Return if a deposit of theirs may begin the project; raises as `check_may_create` does."""
    if not owns(access, identifier):
        _check(access, Action.CREATE_PROPOSAL, identifier)


def owns(access: Access, identifier: str) -> bool:
    """Whether the project is theirs if a deposit of theirs begins it."""
    return access.may(Action.CREATE_PROJECT, _absent(access, identifier))


def may_create_some(access: Access) -> bool:
    """Whether there may be a project for them to make: for what a face offers."""
    named = {found[0] for group in _groups(access) if (found := project_role(group))}
    return any(owns(access, identifier) for identifier in ("", *sorted(named)))


def may_deposit_somewhere(access: Access) -> bool:
    """Whether there may be a place for a deposit of theirs: for what a face offers."""
    return access.sight(Action.CREATE_EXPERIMENT).projects != frozenset() or may_create_some(access)


def check_may_deposit(access: Access) -> None:
    """Return if there may be a place for a deposit of theirs.

    Raises
    ------
    Unauthenticated, Forbidden
        There is none; the message tells whom to ask.
    """
    if may_deposit_somewhere(access):
        return
    if access.known.kind is Kind.REFEREE:
        access.require(Action.CREATE_PROJECT, _absent(access, ""))
    raise Forbidden(
        "there is no project that you may deposit into.",
        remedy=f"Ask an owner of the project, or {_steward(access)}, to add you as an editor.",
    )


def _absent(access: Access, identifier: str) -> Resource:
    """Return a project that is not there, as the policy sees it; it hides from nobody."""
    anyone = access.services.settings.anyone_begins_projects
    return Resource(About.PROJECT, project=identifier, open=anyone)


def _groups(access: Access) -> frozenset[str]:
    return frozenset() if access.principal is None else access.principal.groups


def _check(access: Access, action: Action, identifier: str) -> None:
    try:
        access.require(action, _absent(access, identifier))
    except Forbidden as error:
        if access.known.kind is Kind.REFEREE or _scopes_lack(access, action, identifier):
            raise
        raise Forbidden(
            "there is no such project yet, and here only stewards begin one, and those whose "
            "groups name it.",
            subject=identifier,
            remedy=f"Look for typing errors, or ask {_steward(access)} to make it and to add you.",
        ) from error


def _scopes_lack(access: Access, action: Action, identifier: str) -> bool:
    """Whether it is the token alone that may not: its holder may."""
    holder = replace(access, principal=replace(access.known, scopes=None, experiment=""))
    return holder.may(action, _absent(access, identifier))


def _steward(access: Access) -> str:
    contact = access.services.settings.contact
    return f"a steward of this emfair ({contact})" if contact else "a steward of this emfair"
