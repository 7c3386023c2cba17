"""The API alone, served until it is told to stop: in production a deployment of its own.

What does not belong here: routes and their composition (`app`), and the app that holds the API
beside its pages (`ui_streamlit.app`).
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import closing
from functools import partial

import uvicorn
from starlette.middleware.trustedhost import TrustedHostMiddleware

from emfair.api.app import PREFIX, create_app
from emfair.api.refusals import Refusals
from emfair.identity.listen import announcement, check_listen, names
from emfair.service.reception import Reception
from emfair.service.services import Services, open_services
from emfair.service.stop import stop_signals
from emfair.service.up.ports import bound
from emfair.settings import Settings

GRACE = 20
"""Seconds that requests have to end once it is told to stop; a part cut off is sent again."""
TERMINAL: Callable[[str], None] = partial(print, flush=True)


def serve(
    settings: Settings,
    host: str,
    port: int,
    *,
    access_log: bool = False,
    tell: Callable[[str], None] = TERMINAL,
) -> None:
    """Serve the API until SIGINT, SIGTERM or SIGHUP; call it in the main thread.

    Parameters
    ----------
    port
        0 takes any free one.
    access_log
        Write a line for every request.
    tell
        Called with each line for the person at the terminal.

    Raises
    ------
    BadSetting
        The port is in use, or `host` is open to a network and nobody would have to log in.
    Unavailable
        A store does not answer.
    """
    check_listen(host, settings.oidc_issuer)
    with (
        bound(host, port, "--port") as listener,
        open_services(settings) as services,
        closing(Reception(services)) as reception,
        stop_signals(),
    ):
        server = uvicorn.Server(_config(services, reception, access_log=access_log))
        signal.signal(signal.SIGHUP, server.handle_exit)
        for line in _welcome(settings, host, listener):
            tell(line)
        server.run([listener])


def _config(services: Services, reception: Reception, *, access_log: bool) -> uvicorn.Config:
    settings = services.settings
    app = create_app(services, reception)
    app.add_middleware(
        TrustedHostMiddleware,
        allowed_hosts=names(settings.public_url, settings.oidc_issuer),
        www_redirect=False,
    )
    app.add_middleware(Refusals)
    return uvicorn.Config(
        app,
        log_level="info" if access_log else "warning",
        access_log=access_log,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        ws="none",
    )


def _welcome(settings: Settings, host: str, listener: socket.socket) -> list[str]:
    shown = f"[{host}]" if ":" in host else host or "0.0.0.0"  # noqa: S104  told, not bound
    answered = ", ".join(names(settings.public_url, settings.oidc_issuer))
    return [
        f"API      http://{shown}:{listener.getsockname()[1]}{PREFIX}/openapi.json",
        announcement(host, settings.oidc_issuer),
        f"It answers to the names {answered} (EMFAIR_APP_URL adds one where people log in).",
        "Nothing is processed here: deposits wait for `emfair process --pending` or `emfair up`.",
        "Ctrl-C stops it.",
    ]
