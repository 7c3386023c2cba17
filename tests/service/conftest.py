"""Stores and files of one's own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emfair.client.engine import DepositRequest
from emfair.lake.memory import MemoryLake
from emfair.model.manifest import Place
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.service.lab import Lab, deposit, open_lab
from tests.services.registries import furnished


@pytest.fixture
def lab(tmp_path: Path, corpus: Path) -> Iterator[Lab]:
    with open_lab(tmp_path / "home", corpus) as opened:
        yield opened


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with open_services(
        read_settings(home=furnished(tmp_path / "home")), lake=MemoryLake()
    ) as opened:
        yield opened


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Return a folder of three small files."""
    folder = tmp_path / "session"
    folder.mkdir()
    for name in ("a.dm3", "b.dm3", "notes.txt"):
        (folder / name).write_bytes(f"bytes of {name}".encode())
    return folder


@pytest.fixture
def sealed(services: Services, tmp_path: Path) -> Place:
    """Return the place of a sealed deposit of one file, ``a b.dm3``."""
    file = tmp_path / "a b.dm3"
    file.write_bytes(b"bytes of a microscope")
    return deposit(services, DepositRequest([file], "P", "Q", "S")).place
