"""The lakes, each fresh for a test; S3 is moto's server and a real Ceph, spoken to over HTTP."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from emfair.lake.base import Lake
from emfair.lake.local import LocalLake
from emfair.lake.memory import MemoryLake
from emfair.lake.s3 import S3Lake, s3_client
from tests.services.ceph import gateway


@dataclass(frozen=True)
class Kind:
    """A lake under test, and how to see what an interrupted write left of it."""

    lake: Lake
    leftovers: Callable[[], list[str]]
    copies: bool  # whether `local_copy` downloads


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


STORES = ["moto", "ceph"]


@pytest.fixture(params=STORES)
def s3_environment(request, monkeypatch) -> str:
    """Set the AWS variables; return which store they name."""
    _point_at(request.param, request, monkeypatch)
    return str(request.param)


@pytest.fixture
def s3(s3_environment) -> Any:
    return _client(s3_environment)


@pytest.fixture
def bucket(s3) -> str:
    return _new_bucket(s3)


@pytest.fixture(params=["local", "memory", *STORES])
def kind(request, tmp_path: Path, monkeypatch) -> Kind:
    if request.param == "memory":
        return Kind(MemoryLake(), list, copies=True)
    if request.param == "local":
        root = tmp_path / "lake"
        return Kind(LocalLake(root), lambda: _files(root), copies=False)
    _point_at(request.param, request, monkeypatch)
    client = _client(request.param)
    name = _new_bucket(client)
    lake = S3Lake(name, "some/prefix", client)
    return Kind(lake, lambda: _uploads(client, name), copies=True)


@pytest.fixture
def lake(kind: Kind) -> Lake:
    return kind.lake


@pytest.fixture
def keys(lake: Lake) -> Callable[..., list[str]]:
    """Return a function that lists the lake's keys."""

    def listed(prefix: str = "") -> list[str]:
        return [found.key for found in lake.list(prefix)]

    return listed


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    """Return a function that makes a file of bytes."""
    numbers = itertools.count()

    def make(content: bytes) -> Path:
        path = tmp_path / f"source-{next(numbers)}.bin"
        path.write_bytes(content)
        return path

    return make


def _point_at(store: str, request, monkeypatch) -> None:
    """Set the AWS variables to moto's server or to Ceph."""
    if store == "ceph":
        environment = gateway().environment()
    else:
        environment = {
            "AWS_ENDPOINT_URL": request.getfixturevalue("s3_endpoint"),
            "AWS_ACCESS_KEY_ID": "emfair",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1",
        }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@cache
def _client(store: str) -> Any:
    """Return the one client of `store`: making one takes longer than most tests."""
    return s3_client()


def _new_bucket(client: Any) -> str:
    name = f"lake-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=name)
    return name


def _files(root: Path) -> list[str]:
    locks = root / ".tmp" / "locks"  # empty, few, and kept: who removes a lock lets two in
    found = (path for path in root.rglob("*") if path.is_file() and path.parent != locks)
    return [str(path) for path in found]


def _uploads(client: Any, bucket: str) -> list[str]:
    uploads = client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    objects = client.list_objects_v2(Bucket=bucket).get("Contents", [])
    return [found["Key"] for found in [*uploads, *objects]]
