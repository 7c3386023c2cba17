"""What an issuer says of someone, as a `Principal`. The claims were checked before.

OpenID Connect Core 1.0, 5.1; groups and ORCID iD are claims of their own, as Authentik's scope
mappings write them. A claim of a wrong type is as if it were not there: one odd profile locks
nobody out. What does not belong here: signatures, times, audiences (`emfair.identity.oidc`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from emfair.errors import Unauthenticated
from emfair.identity.principal import Kind, Principal, issued_subject
from emfair.model.annotations import Orcid
from emfair.model.visible import JOINERS, is_visible

PREFIX = "emfair-"
_TEXT_LIMIT = 200
_SUB_LIMIT = 255  # OpenID Connect Core 1.0, 2
_GROUP_LIMIT = 255  # FreeIPA's
_ORCID: TypeAdapter[str] = TypeAdapter(Orcid)


def principal_of(claims: Mapping[str, Any], issuer: str) -> Principal:
    """Return whom the claims describe.

    Raises
    ------
    Unauthenticated
        They name nobody.
    """
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= _SUB_LIMIT or not sub.isprintable():
        raise Unauthenticated(
            "the token names nobody ('sub').", remedy="Ask whoever runs the login service."
        )
    service = _is_service(claims, sub)
    subject = issued_subject(issuer, sub)
    named = (_name(claims.get(claim)) for claim in ("name", "preferred_username", "sub"))
    return Principal(
        subject=subject,
        kind=Kind.SERVICE if service else Kind.PERSON,
        name=next(filter(None, named), subject),
        email="" if claims.get("email_verified") is False else _text(claims.get("email")),
        orcid=_orcid(claims.get("orcid")),
        groups=_groups(claims.get("groups")),
        since=numeric_date(claims.get("iat")),
    )


def numeric_date(value: Any) -> datetime | None:
    """Return a NumericDate (RFC 7519, 2) as a time; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _is_service(claims: Mapping[str, Any], sub: str) -> bool:
    """Whether nobody logged in: client credentials.

    RFC 9068, 2.2: then ``sub`` is the client. Authentik makes an account for it instead, and names
    it ``ak-<provider>-client_credentials``.
    """
    username = _text(claims.get("preferred_username"))
    of_authentik = username.startswith("ak-") and username.endswith("-client_credentials")
    return of_authentik or sub in (claims.get("client_id"), claims.get("azp"))


def _name(value: Any) -> str:
    """Return what someone is called on one line; empty if nothing of it can be seen."""
    name = _text(value, JOINERS)
    return name if is_visible(name) else ""


def _text(value: Any, but: Collection[str] = ()) -> str:
    """Return one line that can be shown anywhere; characters of `but` stay."""
    plain = value if isinstance(value, str) else ""
    return "".join(char for char in plain if char.isprintable() or char in but)[
        :_TEXT_LIMIT
    ].strip()


def _groups(value: Any) -> frozenset[str]:
    """Return emfair's groups; the others are none of its business."""
    named = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return frozenset(
        group
        for group in named
        if isinstance(group, str) and group.startswith(PREFIX) and len(group) <= _GROUP_LIMIT
    )


def _orcid(value: Any) -> str:
    try:
        return _ORCID.validate_python(value)
    except ValidationError:
        return ""
