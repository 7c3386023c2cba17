"""Personal access tokens: for scripts, and for instruments, which cannot log in.

A token acts as its holder and is limited to its scopes. It is no way to global power: of the
holder's groups it carries those of projects alone, and of these only what was theirs when it was
made and still came with their most recent login. An instrument's token acts as
``instrument:ID``, which can be made a member of projects.

What does not belong here: where tokens are kept; `TokenStore` says what that place must do.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from emfair.errors import BadCall, NotFound, Unauthenticated
from emfair.identity.principal import Kind, Principal
from emfair.identity.roles import GLOBAL_GROUPS
from emfair.identity.secret import PREFIXES, digest, new_identifier, new_secret, parts
from emfair.identity.table import table
from emfair.model.tokens import StoredToken

LONGEST = timedelta(days=366)
TOUCH_EVERY = timedelta(minutes=1)
"""How exactly the last use is known: a script's every request must not write."""

INSTRUMENT = "instrument:"
_NOBODY = digest("")


class TokenStore(Protocol):
    """Where tokens are kept; every method is one transaction."""

    def insert(self, token: StoredToken, /, actor: str) -> None:
        """Keep a new token, which `actor` has made."""

    def find(self, identifier: str) -> StoredToken | None:
        """Return a token, revoked and expired ones too."""

    def touch(self, identifier: str, at: datetime) -> None:
        """Note that it was used."""

    def revoke(self, identifier: str, at: datetime, actor: str) -> None:
        """Note that `actor` has ended it; of a revoked one keep the first time."""

    def list(self, subject: str) -> Sequence[StoredToken]:
        """Return someone's tokens, newest first."""

    def groups_of(self, subject: str) -> frozenset[str]:
        """Return the project groups that someone's most recent login brought."""


def issue(
    store: TokenStore,
    maker: Principal,
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime,
    now: datetime,
    instrument: str = "",
) -> tuple[str, StoredToken]:
    """Make a token that acts as `maker`, or as `instrument`; return it, and what is kept of it.

    Whether `maker` may, was decided before (``manage-tokens``, for an instrument
    ``share-instrument``). The token is shown once.

    Raises
    ------
    BadCall
        No name, no or unknown scopes, or an end that is past or more than a year away.
    """
    wanted = frozenset(scopes)
    _check(name, wanted, expires_at, now)
    identifier = new_identifier()
    text = new_secret(PREFIXES["token"], identifier)
    groups = frozenset() if instrument else project_groups(maker)
    stored = StoredToken(
        id=identifier,
        subject=f"{INSTRUMENT}{instrument}" if instrument else maker.subject,
        name=name.strip(),
        secret_sha256=digest(text),
        scopes=wanted,
        groups=groups,
        created_at=now,
        expires_at=expires_at,
    )
    store.insert(stored, maker.subject)
    return text, stored


def project_groups(principal: Principal) -> frozenset[str]:
    """Return someone's groups without those of global power, which no token has."""
    return principal.groups - GLOBAL_GROUPS.keys()


def holder(store: TokenStore, text: str, now: datetime) -> Principal:
    """Return whom a token acts as.

    Raises
    ------
    Unauthenticated
        It is no such token, or no longer good.
    """
    found = parts(text)
    if found is None or found["prefix"] != PREFIXES["token"] or not found["id"]:
        raise _no_good("this is not a whole access token", "Was a part of it cut off?")
    stored = store.find(found["id"])
    # Compared for an unknown one too, so that the answer takes as long.
    same = hmac.compare_digest(digest(text), stored.secret_sha256 if stored else _NOBODY)
    if stored is None or not same:
        raise _no_good("this access token is not known here", "Make a new one in the app.")
    if stored.revoked_at is not None:
        raise _no_good("this access token was revoked", "Make a new one in the app.")
    if now >= stored.expires_at:
        ended = f"this access token ended on {stored.expires_at:%Y-%m-%d}"
        raise _no_good(ended, "Make a new one in the app.")
    if stored.last_used_at is None or now - stored.last_used_at >= TOUCH_EVERY:
        store.touch(stored.id, now)
    return Principal(
        subject=stored.subject,
        kind=Kind.INSTRUMENT if stored.subject.startswith(INSTRUMENT) else Kind.PERSON,
        name=stored.name,
        groups=stored.groups & store.groups_of(stored.subject) if stored.groups else frozenset(),
        scopes=stored.scopes,
        token=stored.id,
    )


def revoke(store: TokenStore, identifier: str, now: datetime, actor: str) -> None:
    """End a token now, as `actor` wants it; again is no error.

    Raises
    ------
    NotFound
        There is none.
    """
    if store.find(identifier) is None:
        raise NotFound(
            "there is no such token.", subject=identifier, remedy="List your access tokens."
        )
    store.revoke(identifier, now, actor)


def _check(name: str, scopes: frozenset[str], expires_at: datetime, now: datetime) -> None:
    known = table().scopes
    if not name.strip():
        raise BadCall(
            "a token needs a name.", subject="name", remedy="Say where it will be used: FIB's PC."
        )
    if not scopes or not scopes <= known.keys():
        wrong = ", ".join(sorted(scopes - known.keys())) or "none"
        raise BadCall(
            f"a token needs scopes that exist (given: {wrong}).",
            subject="scopes",
            remedy=f"Choose of {', '.join(known)}.",
        )
    if not now < expires_at <= now + LONGEST:
        raise BadCall(
            "a token ends at some time within a year.",
            subject="expires_at",
            remedy=f"Name a time after now and before {now + LONGEST:%Y-%m-%d}.",
        )


def _no_good(message: str, remedy: str) -> Unauthenticated:
    return Unauthenticated(f"{message}.", remedy=remedy)
