"""The API over a filled lake, behind a real server: what a client sees is what is tested."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from emfair.api.app import create_app
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.filled import fill


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with open_services(read_settings(home=tmp_path_factory.mktemp("home"))) as opened:
        yield opened


@pytest.fixture(scope="session")
def made(
    services: Services, corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Return the experiments' identifiers: valid, needs-input, invalid, sealed."""
    return fill(services, corpus, tmp_path_factory.mktemp("vendor"))


@pytest.fixture(scope="session")
def client(services: Services, made: dict[str, str]) -> Iterator[httpx.Client]:
    with (
        serving(create_app(services)) as url,
        httpx.Client(base_url=f"{url}/api/v1", timeout=30) as client,
    ):
        yield client


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve `app` in a thread; yield its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
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
