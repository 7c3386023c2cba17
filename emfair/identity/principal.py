"""A principal: who asks, however they proved it. Nothing here decides what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from emfair.identity.local import local_user

SUBJECT_LIMIT = 200
"""Characters that the registry keeps of whoever did something."""


class Kind(StrEnum):
    """What kind of being asks."""

    PERSON = "person"
    SERVICE = "service"
    INSTRUMENT = "instrument"
    REFEREE = "referee"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes
    ----------
    subject
        Stable, at most 200 characters: what ownership, memberships and the audit log name. Of an
        issuer's account `issued_subject`; ``token:ID``, ``referee:ID``, ``local:NAME``.
    name, email, orcid
        For people to read; empty where unknown, and never a ground for a decision.
    groups
        The issuer's groups that begin with ``emfair-``.
    scopes
        What a token may do at most, of all that its holder's roles allow; None for all of it.
    token
        Identifier of the personal access token it came with; empty for a login.
    experiment
        The only one that a page's pass does anything to; empty for all.
    since
        When the issuer vouched for all this: the later of two is what holds. None where no issuer
        did.
    """

    subject: str
    kind: Kind
    name: str = ""
    email: str = ""
    orcid: str = ""
    groups: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    token: str = ""
    experiment: str = ""
    since: datetime | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not 0 < len(self.subject) <= SUBJECT_LIMIT:
            raise ValueError(f"a subject has 1 to {SUBJECT_LIMIT} characters: {self.subject!r}")


def issued_subject(issuer: str, sub: str) -> str:
    """Return the subject of an issuer's account: ``sub@issuer``, or a digest if that is too long.

    Only the two together are unique and never given to someone else (OpenID Connect Core 1.0, 5.7);
    an email address is neither. An issuer's URL holds no ``@``, so the last one divides the two.
    """
    joined = f"{sub}@{issuer}"
    if len(joined) <= SUBJECT_LIMIT:
        return joined
    return f"sha256:{sha256(joined.encode()).hexdigest()}"


def local_principal() -> Principal:
    """Return the one user of the embedded default: whoever runs this process."""
    name = local_user()
    return Principal(subject=f"local:{name}"[:SUBJECT_LIMIT], kind=Kind.LOCAL, name=name)
