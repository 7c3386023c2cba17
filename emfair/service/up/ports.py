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
        _bound(settings.app_port, "EMFAIR_APP_PORT") as app,
        _bound(settings.dagster_port, "EMFAIR_DAGSTER_PORT") as dagster,
    ):
        ports = {"app_port": app.getsockname()[1], "dagster_port": dagster.getsockname()[1]}
    return settings.model_copy(update=ports)


def _bound(port: int, setting: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise BadSetting(
            f"port {port} of {LOOPBACK} cannot be opened ({error.strerror}).",
            subject=setting,
            remedy=f"Stop what uses it, or set {setting} to another port (0 picks a free one).",
        ) from error
    return listener
