"""What Streamlit needs to know for a login: its ``[auth]`` section, made of emfair's settings."""

from __future__ import annotations

from typing import Any

from emfair.identity.kept import cookie_secret
from emfair.settings import Settings

CALLBACK = "/oauth2callback"
"""Where the provider sends people back to, after login and after logout."""


def auth_secrets(settings: Settings) -> dict[str, Any]:
    """Return the section; empty where there is no login.

    Without a client secret the app is a public client: then PKCE alone proves that whoever brings
    the code is who asked for it (RFC 9700, 2.1.1). Of a person who is logged in at the provider
    already, nothing is asked again.

    Raises `BadSetting` if no secret for cookies can be kept.
    """
    if not settings.oidc_issuer:
        return {}
    return {
        "auth": {
            "redirect_uri": f"{settings.public_url}{CALLBACK}",
            "cookie_secret": cookie_secret(settings),
            "client_id": settings.web_client,
            "client_secret": settings.oidc_client_secret.get_secret_value(),
            "server_metadata_url": (
                f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
            ),
            "client_kwargs": {
                "scope": settings.oidc_scopes,
                "code_challenge_method": "S256",
                "prompt": [],  # none; without the key Streamlit asks which account each time
            },
        }
    }
