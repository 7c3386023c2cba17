"""The embedded default: one local user without a login, and therefore this machine only.

What does not belong here: binding a port.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from emfair.errors import BadSetting
from emfair.identity.principal import local_principal


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, IPv6 with or without brackets) is this machine only.

    Of names only ``localhost``: any other may point anywhere tomorrow. Of a request's Host header
    it tells a page that renamed itself to 127.0.0.1 (DNS rebinding) from the person at the machine.
    """
    plain = host.lower()
    if plain == "localhost":
        return True
    if plain.startswith("[") and plain.endswith("]"):
        plain = plain[1:-1]
    try:
        return ip_address(plain).is_loopback
    except ValueError:
        return False


def check_listen(host: str, issuer: str) -> None:
    """Refuse to listen to a network where nobody has to log in.

    Raises
    ------
    BadSetting
        `host` is not loopback, and there is no issuer.
    """
    if not issuer and not is_loopback(host):
        raise BadSetting(
            "without a login, emfair listens to this machine only.",
            subject=host or "every address",
            remedy="Set EMFAIR_OIDC_ISSUER to your OpenID Connect provider, or listen on "
            "127.0.0.1 (and reach it from elsewhere through an SSH tunnel).",
        )


def names(public_url: str, issuer: str) -> list[str]:
    """Return the names, as in a Host header, that a server answers to.

    A page on the internet that points its own name at this machine (DNS rebinding) gets nothing.
    Where nobody has to log in, `public_url` counts for nothing, either: a proxy that passes
    strangers on under that name would let each of them in as the local user.
    """
    here = ["127.0.0.1", "localhost", "[::1]"]
    host = urlsplit(public_url).hostname or ""
    named = f"[{host}]" if ":" in host else host
    return [*here, named] if issuer and named and named not in here else here


def announcement(host: str, issuer: str) -> str:
    """Return the sentence that is said aloud at start: who may come in, and as whom."""
    if issuer:
        return f"People log in at {issuer}; listening on {host}."
    return (
        f"No login: whoever uses this machine is {local_principal().name}, administrator. "
        f"Listening on {host} only."
    )
