"""The app's composition root: Streamlit and the REST API on one port, over stores opened once.

``python -m ui_streamlit.app`` serves it; ``emfair up`` does so. What does not belong here: pages
(`ui_streamlit.main` and below) and routes (`emfair.api`).
"""

from __future__ import annotations

import gc
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from emfair.api.refusals import Refusals
from emfair.identity.listen import names
from emfair.service.services import open_services
from emfair.settings import Settings, read_settings
from ui_streamlit import built, stores
from ui_streamlit.headers import Headers, origin_of
from ui_streamlit.login.door import Door, routes
from ui_streamlit.login.secrets import auth_secrets
from ui_streamlit.login.visit import shown_by

ADDRESS = "127.0.0.1"


class _Api:
    """The API, which exists once the stores are open: mounted apps have no lifespan of their own.

    The API spells its whole path, ``/api/v1``, so it must not see where it is mounted. `elsewhere`
    is the origin of the lake's own addresses, if it has some.
    """

    app: ASGIApp
    elsewhere: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "root_path": ""}, receive, send)


def create_app(settings: Settings) -> st.App:
    """Return the app over what `settings` name; its lifespan opens and closes the stores."""
    api = _Api()

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncIterator[None]:
        from emfair.api.app import create_app as create_api

        with open_services(settings) as services, stores.use(services) as reception:
            api.app = create_api(services, reception)
            api.elsewhere = origin_of(services.lake)
            gc.freeze()  # Streamlit collects after each run of a page; what is here by now stays
            yield

    return st.App(
        Path(__file__).parent / "entry" / "script.py",
        lifespan=lifespan,
        secrets=auth_secrets(settings),
        routes=[
            Mount("/api", api),
            built.route(),
            *(routes(settings) if settings.oidc_issuer else ()),
        ],
        middleware=[
            Middleware(Headers, lambda: api.elsewhere),
            Middleware(Refusals),
            Middleware(TrustedHostMiddleware, allowed_hosts=_names(settings)),
            *([Middleware(Door, settings, _shown)] if settings.oidc_issuer else ()),
        ],
    )


def _shown(secret: str) -> str:
    return shown_by(stores.reception(), secret)


def _names(settings: Settings) -> list[str]:
    return names(settings.public_url, settings.oidc_issuer)


def _trust_the_system() -> None:
    """Let Streamlit's login trust whom this machine trusts, as `emfair.identity.web` does.

    Else httpx would bring a list of its own, without a private authority such as FreeIPA's.
    """
    if authorities := ssl.get_default_verify_paths().cafile:
        os.environ.setdefault("SSL_CERT_FILE", authorities)


def main() -> None:
    """Serve the app on this machine until it is told to stop."""
    settings = read_settings()
    if settings.oidc_issuer:
        _trust_the_system()
    create_app(settings).run(config={"server.address": ADDRESS, "server.port": settings.app_port})


if __name__ == "__main__":
    main()
