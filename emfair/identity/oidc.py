"""Bearer tokens of the issuer: signed by it, for emfair, and good now; or refused, with the reason.

RFC 9068 (JWT access tokens), RFC 8725 (what goes wrong with JWTs). The header of a token is the
word of a stranger: of it only ``alg``, ``typ`` and ``kid`` are looked at, each against what is
known. A refusal never repeats the token.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from emfair.errors import Unauthenticated
from emfair.identity.claims import principal_of
from emfair.identity.issuer import Issuer
from emfair.identity.principal import Principal

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
    "EdDSA", "Ed25519",
)  # fmt: skip
"""Signatures by a key pair only; ``none`` and shared secrets (HS256 …) are not among them."""

TYPES = ("at+jwt", "application/at+jwt", "jwt")
"""What a token may call itself (RFC 9068, 4; Authentik writes JWT), in any case, or nothing."""

LEEWAY = 60  # seconds that the clocks of issuer and emfair may differ
MOST_CHARACTERS = 16 * 1024
_HEADER_LIMIT = 8 * 1024  # bytes; some issuers write their certificates into it

_REASONS = {
    "exp": "has no end that emfair understands",
    "nbf": "is not valid yet",
    "iat": "was issued in the future, or does not say when: do the clocks agree?",
    "iss": "was not issued by this emfair's login service",
    "aud": "is meant for another service",
    "sub": "names nobody",
}


class BearerTokens:
    """Checks tokens; threads may share it.

    Parameters
    ----------
    audiences
        Names of which a token's ``aud`` must hold one: it is meant for this emfair.
    now
        Seconds since 1970.
    """

    def __init__(
        self,
        issuer: Issuer,
        audiences: Collection[str],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = issuer
        self._signatures = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        self._signatures.max_header_length = _HEADER_LIMIT
        self._claims = JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer.url},
            aud={"essential": True, "values": sorted(audiences)},
            exp={"essential": True},
            sub={"essential": True},
            iat={"essential": True},
        )

    def principal(self, token: str) -> Principal:
        """Return whom a token proves.

        Raises
        ------
        Unauthenticated
            It proves nobody; the message says why.
        Unavailable
            The issuer does not answer, and its keys are not known yet.
        """
        return principal_of(self.claims(token), self._issuer.url)

    def claims(self, token: str) -> dict[str, Any]:
        """Return what a token says, checked; raises as `principal` does."""
        if len(token) > MOST_CHARACTERS or not token.isascii():
            raise _refused("is no token: too long, or not ASCII")
        try:
            header = jws.extract_compact(token.encode(), registry=self._signatures).headers()
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise _refused("cannot be read: was a part of it cut off?") from error
        key = self._issuer.key(*_key_named(header))
        if key is None:
            raise _refused("was signed with a key that the login service does not have")
        try:
            said = jwt.decode(token, key, registry=self._signatures).claims
            self._claims.validate(said)
        except BadSignatureError as error:
            raise _refused("has a wrong signature") from error
        except ExpiredTokenError as error:
            raise _refused("has ended") from error
        except ClaimError as error:
            raise _refused(_REASONS.get(error.claim, "lacks a claim")) from error
        except (JoseError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise _refused("cannot be read") from error
        return said


def _key_named(header: dict[str, Any]) -> tuple[str | None, str]:
    """Return ``kid`` and ``alg`` of a header that may be believed so far."""
    algorithm, kind, kid = header.get("alg"), header.get("typ", "jwt"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise _refused("is signed in a way that emfair does not accept")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise _refused("is no access token ('typ')")
    if kid is not None and not isinstance(kid, str):
        raise _refused("names its key ('kid') by something else than a text")
    return kid, str(algorithm)


def _refused(why: str) -> Unauthenticated:
    return Unauthenticated(f"the token {why}.", remedy="Log in again.")
