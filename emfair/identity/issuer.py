"""The issuer: where it is asked for what, and its public keys, fetched seldom.

OpenID Connect Discovery 1.0 and RFC 7517. What does not belong here: judging a token
(`emfair.identity.oidc`). Nothing is ever fetched from an address that a token names.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from emfair.errors import BadSetting, EmfairError, Unavailable
from emfair.identity.web import check_url, client_for, fetch

LIFE = 3600.0
"""Seconds until keys are fetched again: so long is a key good that the issuer took back."""
GRACE = 24 * 3600.0
"""Seconds that known keys are used while the issuer does not answer."""
FLOOR = 10.0
"""Seconds between two fetches: strangers can name unknown keys as often as they like."""


class _Known(NamedTuple):
    metadata: dict[str, Any]
    keys: tuple[Key, ...]
    since: float


class Issuer:
    """One issuer; threads may share it.

    Parameters
    ----------
    url
        As the provider writes it, to the last slash: tokens must name exactly this one.
    clock
        Seconds that only grow.

    Raises
    ------
    BadSetting
        `url` is neither https nor loopback.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = check_url(url, "the issuer")
        self.client = client_for(url)
        self._clock = clock
        self._lock = Lock()
        self._known: _Known | None = None
        self._tried: float | None = None
        self._trouble: EmfairError | None = None

    def close(self) -> None:
        """Close its connections."""
        self.client.close()

    def endpoint(self, name: str) -> str:
        """Return the address of ``token_endpoint`` and the like; empty if it offers none.

        Raises `Unavailable`, `BadSetting`.
        """
        address = self._current().metadata.get(name) or ""
        return check_url(address, name) if address else ""

    def key(self, kid: str | None, algorithm: str) -> Key | None:
        """Return the key that signs with `algorithm` and has this identifier.

        For an unknown one the keys are fetched again, as they may have changed: not more often than
        `FLOOR` allows. Without an identifier it is the only one that fits.

        Raises
        ------
        Unavailable
            The issuer does not answer, and its keys are not known.
        """
        known = self._current()
        found = _choose(known.keys, kid, algorithm)
        if found is None:
            found = _choose(self._fetched(known).keys, kid, algorithm)
        return found

    def _current(self) -> _Known:
        known = self._known
        if known is not None and self._clock() - known.since < LIFE:
            return known
        return self._fetched(known)

    def _fetched(self, known: _Known | None) -> _Known:
        """Return what a fetch brings, or what is known already if it is too early for one."""
        with self._lock:
            if self._known is not None and self._known is not known:
                return self._known  # another thread was faster
            now = self._clock()
            if self._tried is None or now - self._tried >= FLOOR:
                self._tried = now
                try:
                    self._known, self._trouble = self._fetch(now), None
                except EmfairError as error:
                    self._trouble = error
            if self._known is None or now - self._known.since >= GRACE:
                trouble = self._trouble or Unavailable("the login service's keys are too old.")
                raise trouble.with_traceback(None)  # else it grows, each time it is told again
            return self._known

    def _fetch(self, now: float) -> _Known:
        metadata = fetch(self.client, f"{self.url.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.url:
            raise BadSetting(
                f"the login service calls itself {metadata.get('issuer')!r:.300}.",
                subject=self.url,
                remedy="Set EMFAIR_OIDC_ISSUER to exactly that, with or without the last slash.",
            )
        address = check_url(metadata.get("jwks_uri") or "", "jwks_uri")
        written = fetch(self.client, address).get("keys")
        keys = _public_keys(written if isinstance(written, list) else [])
        if not keys:
            raise Unavailable(
                "the login service has no keys that emfair can use.",
                subject=address,
                remedy="Have it sign with RS256 or ES256.",
            )
        return _Known(metadata, keys, now)


def _public_keys(written: Sequence[Any]) -> tuple[Key, ...]:
    """Return the keys that can check a signature; others are no reason to refuse the rest.

    RFC 7517, 5: a key that is not understood is ignored. A shared secret in a public document is
    none.
    """
    keys = []
    for document in written:
        if not isinstance(document, dict) or document.get("kty") == "oct":
            continue
        if document.get("use", "sig") != "sig":
            continue
        try:
            keys.append(JWKRegistry.import_key(document))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return tuple(keys)


def _choose(keys: Sequence[Key], kid: str | None, algorithm: str) -> Key | None:
    fitting = [
        key
        for key in keys
        if (kid is None or key.kid == kid) and key.get("alg") in (None, algorithm)
    ]
    if kid is None and len(fitting) > 1:
        return None
    return fitting[0] if fitting else None
