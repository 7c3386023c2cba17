"""Logins of the browser: what the app's cookie says of who logged in, and until when it counts.

Streamlit checks the issuer's ID token at login, and keeps its claims in a cookie that it signs
(itsdangerous, the cookie's name as salt; in pieces if it is long). This is the same cookie read
without Streamlit, so that the API knows who looks at a picture. A login ends some hours after the
ID token was issued, however long the cookie lives: so old can groups be, at most.

What does not belong here: the secret (`emfair.identity.kept`), which requests a cookie counts for
(`emfair.api.browser`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emfair.errors import Unauthenticated
from emfair.identity.claims import numeric_date, principal_of
from emfair.identity.oidc import LEEWAY
from emfair.identity.principal import Principal

COOKIE = "_streamlit_user"
_MOST_PIECES = 16


@dataclass(frozen=True, slots=True)
class Login:
    """Who logged in, and when that ends."""

    principal: Principal
    until: datetime

    def ended(self, now: datetime) -> bool:
        """Whether they have to log in again."""
        return now >= self.until


@dataclass(frozen=True)
class Logins:
    """Reads logins.

    Attributes
    ----------
    issuer, client
        Who says so, and for whom: the claims must name exactly these.
    origin
        Where people reach the app: a cookie made elsewhere with the same secret is none of ours.
    hours
        How long a login counts.
    """

    issuer: str
    client: str
    origin: str
    hours: float
    secret: str
    _over: dict[tuple[str, datetime], datetime] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def of_claims(self, claims: Mapping[str, Any], now: datetime) -> Login:
        """Return the login that checked claims of an ID token describe, ended or not.

        Raises
        ------
        Unauthenticated
            They describe none.
        """
        audience = claims.get("aud")
        meant = audience if isinstance(audience, list) else [audience]
        since = numeric_date(claims.get("iat"))
        early = since is None or since > now + timedelta(seconds=LEEWAY)
        if since is None or early or claims.get("iss") != self.issuer or self.client not in meant:
            raise Unauthenticated("this login is none of this emfair's.", remedy="Log in again.")
        principal, until = principal_of(claims, self.issuer), since + timedelta(hours=self.hours)
        if self.is_over(principal.subject, until):
            raise Unauthenticated("whoever this was has logged out.", remedy="Log in again.")
        return Login(principal, until)

    def end(self, login: Login, now: datetime) -> None:
        """Let a login count no more, in whatever window or copy of its cookie it lives on.

        Known to this process alone: elsewhere it ends with its cookie, or by its age.
        """
        for ended in [key for key, until in self._over.items() if until <= now]:
            self._over.pop(ended, None)
        self._over[login.principal.subject, login.until] = login.until

    def is_over(self, subject: str, until: datetime) -> bool:
        """Whether someone's login that would last until then was ended before, in this process."""
        return (subject, until) in self._over

    def of_cookies(self, cookies: Mapping[str, str], now: datetime) -> Login | None:
        """Return the login that a browser's cookies prove; None if they prove none that counts."""
        claims = self._claims(cookies)
        if claims is None or claims.get("origin") != self.origin:
            return None
        try:
            login = self.of_claims(claims, now)
        except Unauthenticated:
            return None
        return None if login.ended(now) or claims.get("is_logged_in") is not True else login

    def _claims(self, cookies: Mapping[str, str]) -> dict[str, Any] | None:
        text = self._signed(cookies, COOKIE)
        if text is not None and text.startswith("chunks-"):
            number = text.removeprefix("chunks-")
            count = int(number) if number.isdecimal() and len(number) < 4 else 0
            names = [f"{COOKIE}_{index + 1}" for index in range(min(count, _MOST_PIECES))]
            pieces = [self._signed(cookies, name) for name in names]
            text = None if None in pieces else "".join(filter(None, pieces))
        try:
            claims = json.loads(text or "null")
        except (ValueError, RecursionError):
            return None
        return claims if isinstance(claims, dict) else None

    def _signed(self, cookies: Mapping[str, str], name: str) -> str | None:
        from itsdangerous import BadData, URLSafeTimedSerializer

        try:
            text = URLSafeTimedSerializer(self.secret, salt=name).loads(cookies.get(name, ""))
        except BadData:
            return None
        return text if isinstance(text, str) else None
