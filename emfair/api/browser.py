"""Which cookies count: those of a browser that shows the app, for what changes nothing.

Pictures and downloads on the app's pages are requests that carry no Authorization header; the
browser sends the app's cookies with them, and would also if another site's page made it. So
cookies count for GET and HEAD alone, and only where a page of the app asks, or the person opens
the address (Fetch Metadata, ``Sec-Fetch-*``; browsers without it have ``SameSite=Lax``).
See ``docs/adr/0008``.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request

HARMLESS = ("GET", "HEAD")


def cookies_of(request: Request) -> Mapping[str, str] | None:
    """Return the cookies that may say who asks; None where they must not."""
    if request.method not in HARMLESS:
        return None
    site = request.headers.get("sec-fetch-site", "same-origin")
    opened = (
        request.headers.get("sec-fetch-mode") == "navigate"
        and request.headers.get("sec-fetch-dest") == "document"
    )
    return request.cookies if site in ("same-origin", "none") or opened else None
