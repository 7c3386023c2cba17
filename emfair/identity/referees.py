"""Referee links: whoever has the secret sees one project or one experiment, until a day.

The link's end is checked where roles are (`Membership.until`), so that it also ends a visit that
has begun. What does not belong here: where links are kept.
"""

from __future__ import annotations

from datetime import datetime

from emfair.errors import Unauthenticated
from emfair.identity.principal import Kind, Principal
from emfair.identity.roles import Membership, Role
from emfair.identity.secret import PREFIXES, digest, new_secret, parts

COOKIE = "emfair_referee"
"""Where a browser keeps the secret of a link that was opened in it, until it is closed."""


def new_link() -> tuple[str, str]:
    """Return a link's secret, shown once, and what is kept of it."""
    text = new_secret(PREFIXES["referee"])
    return text, digest(text)


def link_digest(text: str) -> str:
    """Return what to look a link up by.

    Raises
    ------
    Unauthenticated
        It is not a whole one.
    """
    found = parts(text)
    if found is None or found["prefix"] != PREFIXES["referee"]:
        raise Unauthenticated(
            "this is not a whole referee link.", remedy="Was a part of it cut off? Copy it again."
        )
    return digest(text)


def referee(
    link: str, project: str, experiment: str | None, until: datetime
) -> tuple[Principal, Membership]:
    """Return who comes by the link with this identifier, and what it grants them."""
    subject = f"referee:{link}"
    granted = Membership(project, subject, Role.REFEREE, until, experiment)
    return Principal(subject=subject, kind=Kind.REFEREE, name="referee"), granted
