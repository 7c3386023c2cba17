"""A request that is sent again with its key is carried out once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import pytest

from emfair.api.app import create_app
from emfair.lake.memory import MemoryLake
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.conftest import serving
from tests.api.told import problem
from tests.services.registries import furnished

KEY = {"Idempotency-Key": "6a7c1b0e"}
NEW = {"project": "Quartz", "proposal": "2026-A", "sample": "Lamella", "title": "Night"}


@pytest.fixture
def services(tmp_path) -> Iterator[Services]:
    with open_services(
        read_settings(home=furnished(tmp_path / "home")), lake=MemoryLake()
    ) as opened:
        yield opened


@pytest.fixture
def client(services) -> Iterator[httpx.Client]:
    with (
        serving(create_app(services)) as url,
        httpx.Client(base_url=f"{url}/api/v1", timeout=30) as client,
    ):
        yield client


def count(services: Services) -> int:
    return len(services.registry.experiments.list(limit=100))


def test_the_same_request_with_the_same_key_is_answered_the_same(client, services):
    first = client.post("/experiments", json=NEW, headers=KEY)
    again = client.post("/experiments", json=NEW, headers=KEY)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.headers["etag"] == again.headers["etag"]
    assert first.status_code == 201
    assert count(services) == 1


def test_without_a_key_each_request_is_its_own(client, services):
    client.post("/experiments", json=NEW).raise_for_status()
    client.post("/experiments", json=NEW).raise_for_status()
    assert count(services) == 2


def test_a_key_that_came_with_another_request_is_refused(client, services):
    client.post("/experiments", json=NEW, headers=KEY).raise_for_status()
    told = problem(client.post("/experiments", json=NEW | {"title": "Day"}, headers=KEY), 400)
    assert "another request" in told["detail"]
    assert count(services) == 1


def test_a_request_that_was_refused_may_come_again_with_its_key(client, services):
    problem(client.post("/experiments", json=NEW | {"title": ""}, headers=KEY), 400)
    client.post("/experiments", json=NEW, headers=KEY).raise_for_status()
    assert count(services) == 1


def test_many_at_once_with_one_key_are_one(client, services):
    statuses: list[int] = []
    start = threading.Barrier(8)

    def one() -> None:
        start.wait()
        statuses.append(client.post("/experiments", json=NEW, headers=KEY).status_code)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert count(services) == 1


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_what_is_no_key_is_refused(client, key):
    problem(client.post("/experiments", json=NEW, headers={"Idempotency-Key": key}), 400)
