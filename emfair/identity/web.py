"""The only requests that identity makes: to the issuer, bounded in time and size, no redirects.

`emfair.client` checks addresses and trusts servers by the same rules.

Certificates are checked against the system's store, where a private authority (such as FreeIPA's)
is enrolled, or against ``SSL_CERT_FILE``. A proxy of the environment is used, never for loopback.
"""

from __future__ import annotations

import json
import ssl
from functools import cache
from typing import Any

import httpx

from emfair.errors import BadSetting, Unavailable
from emfair.identity.listen import is_loopback

PATIENCE = 5.0  # seconds, for each step of a request
MOST_BYTES = 1 << 20
_MEND = "Ask whoever runs the login service, or check EMFAIR_OIDC_ISSUER."


_EXACTLY = "Set EMFAIR_OIDC_ISSUER to the issuer exactly as your provider shows it."


def check_url(url: str, subject: str, remedy: str = _EXACTLY) -> str:
    """Return `url` if it is https, or http on loopback.

    Raises
    ------
    BadSetting
        It is not: whoever reads or forges the answer on its way would be anyone they like.
    """
    try:
        parsed = httpx.URL(url)
        safe = parsed.scheme == "https" or (parsed.scheme == "http" and is_loopback(parsed.host))
        whole = bool(parsed.host) and not parsed.userinfo and "@" not in url and "#" not in url
    except (httpx.InvalidURL, TypeError, ValueError):
        safe = whole = False
    if not (safe and whole and url.isprintable()):
        raise BadSetting(
            "is not an https:// address (http:// only on this machine).",
            subject=f"{subject} {url!r:.300}",
            remedy=remedy,
        )
    return url


def client_for(url: str, timeout: float = PATIENCE) -> httpx.Client:
    """Return the client to talk to the host of `url` with; `timeout` is seconds for each step."""
    here = is_loopback(httpx.URL(url).host)
    return httpx.Client(
        verify=_trusted(),
        timeout=timeout,
        follow_redirects=False,
        trust_env=not here,
        headers={"Accept": "application/json"},
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom this machine trusts; reading that takes tens of milliseconds."""
    return ssl.create_default_context()


def fetch(client: httpx.Client, url: str) -> dict[str, Any]:
    """Return the JSON object at `url`. Raises `Unavailable`."""
    status, document = _ask(client, "GET", url, None)
    if status != 200:
        raise _sick(url, f"answered {status}")
    return document


def post(client: httpx.Client, url: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Return status and JSON object that a form is answered with; empty where there is none.

    Raises `Unavailable`, also where the service says of itself that it is sick (5xx).
    """
    status, document = _ask(client, "POST", url, form)
    if status >= 500:
        raise _sick(url, f"answered {status}")
    return status, document


def _ask(
    client: httpx.Client, method: str, url: str, form: dict[str, str] | None
) -> tuple[int, dict[str, Any]]:
    try:
        with client.stream(method, url, data=form) as answer:
            body = b""
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise _sick(url, "answered far too much")
    except httpx.HTTPError as error:
        raise _sick(url, f"does not answer ({type(error).__name__})") from error
    if not body and method == "POST":  # RFC 7009 answers a revocation without any
        return answer.status_code, {}
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _sick(url, f"answered {answer.status_code}, and no JSON") from error
    if not isinstance(document, dict):
        raise _sick(url, "answered something else than a JSON object")
    return answer.status_code, document


def _sick(url: str, what: str) -> Unavailable:
    return Unavailable(f"the login service {what}.", subject=url, remedy=f"Try again. {_MEND}")
