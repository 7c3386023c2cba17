"""A real server in a thread: what a client sees is what is tested."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.routing import BaseRoute

_PREPARED: dict[int, BaseRoute] = {}


def prepared(app: FastAPI) -> FastAPI:
    """Return `app` with the routes of the apps before it: what it is made of, tests of it share.

    FastAPI works a route out when it is first asked, for each app anew; that takes longer than most
    tests. Stores, middleware and whoever is at the door stay the app's own.
    """
    for place, route in enumerate(app.router.routes):
        if (of := getattr(route, "original_router", None)) is not None:
            app.router.routes[place] = _PREPARED.setdefault(id(of), route)
    return app


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[str]:
    """Serve `app` in a thread, on any free port or on `port`; yield its URL."""
    if isinstance(app, FastAPI):
        prepared(app)
    listener = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def raw_get(client: httpx.Client, target: str) -> tuple[int, bytes]:
    """Send a target as it is: clients of good manners would tidy it up."""
    host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port)) as connection:
        connection.sendall(
            f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body
