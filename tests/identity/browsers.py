"""Cookies as Streamlit sets them after a login: by its own code, so that a change there is seen."""

from __future__ import annotations

import json
from typing import Any

from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME


def login_cookies(
    secret: str, claims: dict[str, Any], name: str = USER_COOKIE_NAME
) -> dict[str, str]:
    """Return the cookies that hold `claims`, in pieces if they are long."""
    cookies: dict[str, str] = {}

    def sign(name: str, value: str) -> bytes:
        return create_signed_value(secret, name, value)

    def keep(name: str, value: str) -> None:
        cookies[name] = sign(name, value).decode()

    set_cookie_with_chunks(keep, sign, name, json.loads(json.dumps(claims)), cookie_attr_size=80)
    return cookies
