"""A page's pass: sends the files of one experiment as whoever looks at the page, and nothing else.

Cookies count for nothing that changes anything (``docs/adr/0008``), so the page in which a person
drops files holds this. It is signed with the cookies' secret and kept nowhere: who it is, which
experiment, and its end, that of the login. What they may do is asked anew at each request; by the
scope, a pass can do no more than a token for deposits.

What does not belong here: whether the login has been ended before (`emfair.identity.logins`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emfair.errors import Unauthenticated
from emfair.identity.principal import Kind, Principal

PREFIX = "emp_"
SCOPE = "deposit"
_SALT = "emfair.identity.passes"
_REMEDY = "Log in again, then open the page anew: what has arrived stays."


@dataclass(frozen=True, slots=True)
class Pass:
    """Whose it is, limited to one experiment and to deposits, and when it ends."""

    principal: Principal
    until: datetime


def new_pass(secret: str, principal: Principal, experiment: str, until: datetime) -> str:
    """Return a pass."""
    from itsdangerous import URLSafeSerializer

    holds = {
        "sub": principal.subject,
        "kind": principal.kind.value,
        "name": principal.name,
        "groups": sorted(principal.groups),
        "experiment": experiment,
        "until": until.isoformat(),
    }
    return PREFIX + str(URLSafeSerializer(secret, salt=_SALT).dumps(holds))


def read_pass(secret: str, token: str, now: datetime) -> Pass:
    """Return what a pass says.

    Raises
    ------
    Unauthenticated
        It is none of this emfair's, or has ended.
    """
    from itsdangerous import BadData, URLSafeSerializer

    try:
        holds: dict[str, Any] = URLSafeSerializer(secret, salt=_SALT).loads(
            token.removeprefix(PREFIX)
        )
    except BadData as error:
        raise Unauthenticated("this is no pass of this emfair.", remedy=_REMEDY) from error
    until = datetime.fromisoformat(holds["until"])
    if now >= until:
        raise Unauthenticated("the login of this page has ended.", remedy=_REMEDY)
    principal = Principal(
        subject=holds["sub"],
        kind=Kind(holds["kind"]),
        name=holds["name"],
        groups=frozenset(holds["groups"]),
        scopes=frozenset({SCOPE}),
        experiment=holds["experiment"],
    )
    return Pass(principal, until)
