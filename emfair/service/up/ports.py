"""Ports on this machine's loopback: free ones, and a clear word about those in use."""

from __future__ import annotations

import socket

from emfair.errors import BadSetting
from emfair.settings import Settings

LOOPBACK = "127.0.0.1"


def settle_ports(settings: Settings) -> Settings:
    """Return `settings` with ports that can be opened now; 0 becomes a free one.

    Raises
    ------
    BadSetting
        A port is in use, may not be opened by this account, or both are the same.
    """
    if settings.app_port and settings.app_port == settings.dagster_port:
        raise BadSetting(
            f"app and Dagster cannot share port {settings.app_port}.",
            subject="EMFAIR_DAGSTER_PORT",
            remedy="Set EMFAIR_APP_PORT and EMFAIR_DAGSTER_PORT to two different ports.",
        )
    with (
        bound(LOOPBACK, settings.app_port, "EMFAIR_APP_PORT") as app,
        bound(LOOPBACK, settings.dagster_port, "EMFAIR_DAGSTER_PORT") as dagster,
    ):
        ports = {"app_port": app.getsockname()[1], "dagster_port": dagster.getsockname()[1]}
    return settings.model_copy(update=ports)


def bound(host: str, port: int, setting: str) -> socket.socket:
    """Return a socket at `host` (empty: all) and `port` (0: any free one), not listening yet.

    Raises
    ------
    BadSetting
        It cannot be opened; the message names the `setting` that mends it.
    """
    listener = None
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        kind, _, _, _, address = found[0]
        listener = socket.socket(kind, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise BadSetting(
            f"port {port} of {host} cannot be opened ({error.strerror}).",
            subject=setting,
            remedy=f"Stop what uses it, or set {setting} to another port (0 picks a free one).",
        ) from error
    return listener
