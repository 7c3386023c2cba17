"""Who looks at a page: the local user, someone logged in, a referee, or a stranger.

Asked anew for each run of a page, so that a login ends on time, and memberships count at once.
What does not belong here: what they are shown (`outside`, `account`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import streamlit as st

from emfair.errors import Unauthenticated
from emfair.identity.logins import Login
from emfair.identity.principal import Kind
from emfair.identity.referees import COOKIE
from emfair.identity.roles import Role, project_role
from emfair.service.access import Access
from emfair.service.reception import Reception


class Standing(Enum):
    """How whoever looks stands to this emfair."""

    LOCAL = auto()
    KNOWN = auto()
    REFEREE = auto()
    STRANGER = auto()
    ENDED = auto()
    LINK_ENDED = auto()


INSIDE = frozenset({Standing.LOCAL, Standing.KNOWN, Standing.REFEREE})


@dataclass(frozen=True)
class Visit:
    """Who looks; `access` is nobody's unless they are `inside`."""

    access: Access
    standing: Standing
    login: Login | None = None

    @property
    def inside(self) -> bool:
        """Whether pages are shown."""
        return self.standing in INSIDE

    @property
    def is_newcomer(self) -> bool:
        """Whether it is a person whom nobody has given any role yet."""
        who, now = self.access.principal, self.access.services.now()
        return (
            who is not None
            and who.kind is Kind.PERSON
            and not self.access.roles & {Role.ADMIN, Role.STEWARD}
            and not any(project_role(group) for group in who.groups)
            and all(one.until is not None and one.until <= now for one in self.access.granted)
        )


def this_visit(reception: Reception) -> Visit:
    """Return who looks at the page that is being run."""
    if reception.is_local:
        return visit(reception, {}, {})
    return visit(reception, st.user.to_dict(), st.context.cookies)


def visit(reception: Reception, claims: Mapping[str, Any], cookies: Mapping[str, str]) -> Visit:
    """Return who has these claims of a login, and maybe the cookie of a referee link.

    A referee link that was opened counts before a login, as whoever opened it wanted to see what
    it shows; one that has ended counts only where nothing else does.
    """
    if reception.is_local:
        return Visit(reception.access(None), Standing.LOCAL)
    if COOKIE in cookies:
        try:
            access = reception.access(f"Bearer {cookies[COOKIE]}")
        except Unauthenticated:
            pass
        else:
            if access.principal is not None and access.principal.kind is Kind.REFEREE:
                return Visit(access, Standing.REFEREE)
    known = _logged_in(reception, claims)
    if known.standing is Standing.STRANGER and COOKIE in cookies:
        return Visit(known.access, Standing.LINK_ENDED)
    return known


def _logged_in(reception: Reception, claims: Mapping[str, Any]) -> Visit:
    nobody = reception.nobody()
    if claims.get("is_logged_in") is not True:
        return Visit(nobody, Standing.STRANGER)
    now = nobody.services.now()
    try:
        login = reception.logins.of_claims(claims, now)
    except Unauthenticated:
        return Visit(nobody, Standing.ENDED)
    if login.ended(now):
        return Visit(nobody, Standing.ENDED)
    return Visit(reception.of(login.principal), Standing.KNOWN, login)


def shown_by(reception: Reception, secret: str) -> str:
    """Return the address of what a referee link shows; of the first page if it shows nothing."""
    try:
        (granted,) = reception.access(f"Bearer {secret}").granted
    except (Unauthenticated, ValueError):
        return "/"
    if granted.experiment:
        return f"/experiment?id={granted.experiment}"
    return f"/experiments?project={granted.project}"
