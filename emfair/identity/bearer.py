"""From what a request carries to who asks: the one way in, for every face.

What does not belong here: how a face reads headers and cookies, and referee links, which are looked
up in the registry (`emfair.identity.referees`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from emfair.errors import Unauthenticated
from emfair.identity.oidc import BearerTokens
from emfair.identity.principal import Principal, local_principal
from emfair.identity.secret import PREFIXES
from emfair.identity.tokens import TokenStore, holder


class Entrance:
    """Tells who someone is.

    Parameters
    ----------
    issued
        Checks the issuer's tokens; None where there is no issuer: then whoever brings nothing is
        the local user, which is why such an emfair listens to its own machine only.
    """

    def __init__(
        self, tokens: TokenStore, issued: BearerTokens | None, now: Callable[[], datetime]
    ) -> None:
        self._tokens = tokens
        self._issued = issued
        self._now = now

    def principal(self, authorization: str | None) -> Principal | None:
        """Return who sends this Authorization header; None for nobody in particular.

        A wrong token is an error also where none would do: who sends one means to be someone.

        Raises
        ------
        Unauthenticated
            What it holds proves nobody.
        Unavailable
            The issuer does not answer.
        """
        if authorization is None:
            return local_principal() if self._issued is None else None
        token = bearer_token(authorization)
        if token.startswith(f"{PREFIXES['token']}_"):
            return holder(self._tokens, token, self._now())
        if self._issued is None:
            raise Unauthenticated(
                "there is no login service here, and this is no access token of this emfair.",
                remedy="Leave the Authorization header out, or set EMFAIR_OIDC_ISSUER.",
            )
        return self._issued.principal(token)


def bearer_token(authorization: str) -> str:
    """Return the token of ``Bearer TOKEN`` (RFC 6750, 2.1; RFC 9110, 11.1: any case).

    Raises `Unauthenticated`.
    """
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "the Authorization header is not of the form 'Bearer TOKEN'.",
            remedy="Send a token of the login service, or an access token (emf_…).",
        )
    return token.strip()
