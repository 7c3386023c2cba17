"""An upload's own token: sends the parts of one file, and nothing else, for an hour.

A page in a browser holds it instead of its user's login. The end of its life is part of the text,
and only SHA-256 of the whole text is kept: whoever changes the end has another token. What does not
belong here: where the digest is kept.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from emfair.errors import Unauthenticated
from emfair.identity.secret import PREFIXES, digest, new_secret, parts

LIFE = timedelta(hours=1)
_REMEDY = "Ask for a new one; the parts that have arrived stay."


def is_capability(token: str) -> bool:
    """Whether `token` says of itself that it is an upload's."""
    return token.startswith(f"{PREFIXES['upload']}_")


def new_capability(upload: str, now: datetime) -> tuple[str, str, datetime]:
    """Return an upload's token, shown once, what is kept of it, and when it ends."""
    until = (now + LIFE).replace(microsecond=0)
    text = new_secret(PREFIXES["upload"], f"{upload}-{int(until.timestamp())}")
    return text, digest(text), until


def check_capability(token: str, upload: str, kept: str | None, now: datetime) -> None:
    """Return if `token` is the one for `upload` of which `kept` is the digest, and still good.

    Raises
    ------
    Unauthenticated
        It is not.
    """
    found = parts(token)
    named, _, until = (found["id"] or "").rpartition("-") if found else ("", "", "")
    same = hmac.compare_digest(digest(token), kept or digest(""))
    if not (same and named == upload and until.isdecimal()):
        raise Unauthenticated("this is no token of this upload.", remedy=_REMEDY)
    if now >= datetime.fromtimestamp(int(until), UTC):
        raise Unauthenticated("this upload's token has ended.", remedy=_REMEDY)
