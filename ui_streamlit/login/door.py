"""What stands around Streamlit's own login: the way back to where someone was, and referee links.

``/login?to=…`` remembers an address of this app for as long as a login takes, and begins one; when
Streamlit's callback answers, the browser is sent there, or told that it did not work. ``?referee=``
of any page is moved from the address into a cookie before the page is shown. ``/leave`` ends that.
What does not belong here: checking a login, which Streamlit and Authlib do.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emfair.identity.listen import is_loopback
from emfair.identity.logins import COOKIE as LOGIN
from emfair.identity.referees import COOKIE as REFEREE
from emfair.settings import Settings
from ui_streamlit.login.secrets import CALLBACK

BEGIN, LEAVE = "/login", "/leave"
FAILED = ("login", "failed")
"""What stands in the query of the page that a failed login comes back to."""
BACK = "emfair_back"
PATIENCE = 1800  # seconds that a person may take to log in
_LONGEST = 3000  # characters of an address that a cookie can hold


def begin(to: str) -> str:
    """Return the link that begins a login and comes back to `to`."""
    return f"{BEGIN}?{urlencode({'to': to})}"


def here() -> str:
    """Return the address of the page that is being run."""
    parts = urlsplit(st.context.url or "/")
    return own_address(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")


def own_address(text: str) -> str:
    r"""Return `text` if it is an address of this app and no other's, else the first page's.

    >>> own_address("/experiment?id=e-1"), own_address("//evil.test/x"), own_address("/\\evil.test")
    ('/experiment?id=e-1', '/', '/')
    """
    plain = text.isascii() and text.isprintable() and not set("\\ ") & set(text)
    inside = text.startswith("/") and not text.startswith("//")
    return text if plain and inside and len(text) <= _LONGEST else "/"


def routes(settings: Settings) -> list[Route]:
    """Return the routes beside Streamlit's."""

    async def login(request: Request) -> RedirectResponse:
        return _begun(request, settings)

    async def leave(_: Request) -> RedirectResponse:
        answer = RedirectResponse("/", status_code=303)
        answer.delete_cookie(REFEREE)
        return answer

    return [Route(BEGIN, login), Route(LEAVE, leave)]


def _begun(request: Request, settings: Settings) -> RedirectResponse:
    from streamlit.user_info import generate_login_redirect_url

    to = own_address(request.query_params.get("to", "/"))
    elsewhere = is_loopback(request.url.hostname or "") and request.url.netloc != _host(settings)
    if elsewhere and "moved" not in request.query_params:
        # Cookies of ``localhost`` are not those of ``127.0.0.1``, where the provider sends back to.
        return RedirectResponse(f"{settings.public_url}{begin(to)}&moved=1", status_code=303)
    answer = RedirectResponse(generate_login_redirect_url("default"), status_code=303)
    _keep(answer, BACK, quote(to, safe=""), settings, path=CALLBACK, max_age=PATIENCE)
    answer.delete_cookie(REFEREE)
    return answer


class Door:
    """Stands before the app."""

    def __init__(self, app: ASGIApp, settings: Settings, shown: Callable[[str], str]) -> None:
        """`shown` tells at which address is what a referee link shows; it may block."""
        self._app = app
        self._settings = settings
        self._shown = shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if request.url.path == CALLBACK:
            await self._app(scope, receive, self._returning(request, send))
        elif "referee" in request.query_params and not request.url.path.startswith("/api/"):
            await (await self._entered(request))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _entered(self, request: Request) -> RedirectResponse:
        """Keep a referee link's secret out of addresses: histories, logs, what people copy."""
        secret = request.query_params["referee"]
        to = _without(str(request.url.replace(scheme="", netloc="")), "referee")
        if to == "/":
            to = await run_in_threadpool(self._shown, secret)
        answer = RedirectResponse(
            to,
            status_code=303,
            headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
        )
        _keep(answer, REFEREE, quote(secret[:200], safe=""), self._settings)
        return answer

    def _returning(self, request: Request, send: Send) -> Send:
        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["location"] = _way_back(request, headers)
                if self._settings.public_url.startswith("https:"):
                    _secure(headers)
                headers.append("set-cookie", f"{BACK}=; Path={CALLBACK}; Max-Age=0; HttpOnly")
            await send(message)

        return answered


def _way_back(request: Request, headers: MutableHeaders) -> str:
    """Return where a login, failed or not, or a logout, ends."""
    if not {"code", "error"} & request.query_params.keys():
        return "/"
    to = own_address(unquote(request.cookies.get(BACK, "/")))
    known = any(
        value.startswith(f"{LOGIN}=") and not value.startswith((f'{LOGIN}="', f"{LOGIN}=;"))
        for value in headers.getlist("set-cookie")
    )
    if known:
        return to
    return f"{to}{'&' if '?' in to else '?'}{urlencode([FAILED])}"


def _secure(headers: MutableHeaders) -> None:
    """Let the browser send what Streamlit sets by https alone."""
    cookies = headers.getlist("set-cookie")
    del headers["set-cookie"]
    for cookie in cookies:
        headers.append("set-cookie", f"{cookie}; Secure")


def _keep(
    answer: RedirectResponse,
    name: str,
    value: str,
    settings: Settings,
    *,
    path: str = "/",
    max_age: int | None = None,
) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=max_age,
        path=path,
        secure=settings.public_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


def _without(address: str, name: str) -> str:
    parts = urlsplit(address)
    rest = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] != name])
    return own_address(f"{parts.path}?{rest}" if rest else parts.path)


def _host(settings: Settings) -> str:
    return urlsplit(settings.public_url).netloc
