"""A real server over every lake, with a gate in front of it, and sessions to send to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from emfair.api.app import create_app
from emfair.client.engine import DepositRequest
from emfair.client.http import Client
from emfair.identity.principal import local_principal
from emfair.identity.table import table
from emfair.identity.tokens import issue
from emfair.lake.base import Lake
from emfair.lake.local import LocalLake
from emfair.service.reception import Reception
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.server import prepared, serving
from tests.client.gate import Gate
from tests.lake.conftest import STORES, kind, s3_endpoint
from tests.services.oidc.provider import Provider, provider
from tests.services.registries import furnished

__all__ = ["kind", "s3_endpoint"]  # fixtures
MIB = 1 << 20


@dataclass
class Served:
    """A server: its stores, its gate, its address."""

    services: Services
    gate: Gate
    url: str

    def client(self, **how: Any) -> Client:
        """Return a client, which the caller closes."""
        return Client(self.url, **({"patience": 20.0} | how))

    def token(self, *, lasts: timedelta = timedelta(hours=1)) -> str:
        """Return an access token of this machine's user, made some time ago if `lasts` is past."""
        now = self.services.now()
        text, _ = issue(
            self.services.registry.tokens,
            local_principal(),
            name="a script",
            scopes=table().scopes,
            expires_at=now + lasts,
            now=min(now, now + lasts - timedelta(hours=1)),
        )
        return text


def open_served(home: Path, lake: Lake | None = None, **settings: Any) -> Iterator[Served]:
    """Serve stores at `home`."""
    with (
        open_services(read_settings(home=furnished(home), **settings), lake=lake) as services,
        closing(Reception(services)) as reception,
    ):
        gate = Gate(prepared(create_app(services, reception)))
        with serving(gate) as url:  # type: ignore[arg-type]
            yield Served(services, gate, url)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Yield a server over a lake in a folder."""
    yield from open_served(tmp_path / "home", LocalLake(tmp_path / "lake"))


@pytest.fixture
def served_anywhere(kind: Any, tmp_path: Path) -> Iterator[Served]:
    """Yield a server over each lake."""
    yield from open_served(tmp_path / "home", kind.lake)


@pytest.fixture
def client(served: Served) -> Iterator[Client]:
    with served.client() as opened:
        yield opened


@pytest.fixture(scope="session")
def oidc() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Return a folder: a file of three parts, an empty one, names in any script."""
    folder = tmp_path / "session"
    (folder / "näh").mkdir(parents=True)
    (folder / "big.raw").write_bytes(os.urandom(33 * MIB + 5))
    (folder / "empty.txt").touch()
    (folder / "näh" / '50 % "größer" ☃ 電子.dm4').write_bytes(b"bytes of a microscope")
    (folder / "κρύο.mrc").write_bytes(os.urandom(100_000))
    return folder


def request(*paths: Path, title: str = "") -> DepositRequest:
    """Return a request."""
    return DepositRequest(paths, "Minerals", "2026-A", "Lamella", title)


only_s3 = pytest.mark.parametrize("kind", STORES, indirect=True)
