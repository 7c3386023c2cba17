"""What a browser is told with every answer: from where a page may load, and who may frame it.

No page loads anything from another host, but from a bucket's own address, where the browser sends
files. What each needs beyond its own origin stands beside its policy, with the reason. What does
not belong here: what an answer of the API says of itself (`emfair.api`); that holds.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emfair.lake.base import Lake
from ui_streamlit import built

_INDEX = Path(st.__file__).parent / "static" / "index.html"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
Policy = Mapping[str, str]
_NOTHING: Policy = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
_ANSWER: Policy = {**_NOTHING, "frame-ancestors": "'self'"}
_VIEWER: Policy = {
    **_ANSWER,
    "script-src": "'self' 'unsafe-eval'",  # H5Web's ndarray compiles its loops
    "style-src": "'self' 'unsafe-inline'",  # H5Web's widgets bring theirs
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
}
_WORKER: Policy = {**_NOTHING, "script-src": "'self' 'wasm-unsafe-eval'"}  # hash-wasm


def page_policy(elsewhere: str = "") -> Policy:
    """Return the policy of the app's pages.

    There is no ``unsafe-eval``: Streamlit lets Vega interpret its expressions.

    Parameters
    ----------
    elsewhere
        Another origin that the browser sends files to; empty for none.
    """
    return {
        **_NOTHING,
        # Streamlit runs a component's script from a ``blob:``, which only scripts can make, and
        # Graphviz as WebAssembly.
        "script-src": " ".join(("'self'", "blob:", "'wasm-unsafe-eval'", *_inline_scripts())),
        "style-src": "'self' 'unsafe-inline'",  # Streamlit's widgets bring theirs
        "style-src-attr": "'none'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' {elsewhere}".strip(),
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
    }


def origin_of(lake: Lake) -> str:
    """Return the origin of a lake's own addresses; empty if it has none."""
    link = lake.link("any")
    if link is None:
        return ""
    parts = urlsplit(link.url)
    return f"{parts.scheme}://{parts.netloc}"


class Headers:
    """Adds them to every answer; what an answer says itself stays."""

    def __init__(self, app: ASGIApp, elsewhere: Callable[[], str]) -> None:
        """`elsewhere` returns what `page_policy` takes: stores open after the app is made."""
        self._app, self._elsewhere = app, elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", _told(self._policy(scope["path"])))
            await send(message)

        await self._app(scope, receive, answered)

    def _policy(self, path: str) -> Policy:
        if path.startswith("/api/"):
            return _ANSWER
        if path == f"{built.PREFIX}/viewer.html":
            return _VIEWER
        if path == f"{built.PREFIX}/hasher.js":
            return _WORKER
        return page_policy(self._elsewhere())


def _told(policy: Policy) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


@cache
def _inline_scripts() -> tuple[str, ...]:
    """Return the scripts that stand in Streamlit's page itself, by their SHA-256."""
    found = _INLINE.findall(_INDEX.read_text("utf-8"))
    return tuple(f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in found)
