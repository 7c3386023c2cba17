"""Strangers are counted, whoever is logged in is not."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI

from emfair.api.app import create_app
from emfair.api.limits import ADDRESSES, Limiter
from emfair.errors import Busy
from emfair.lake.memory import MemoryLake
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.asgi import ask
from tests.services.registries import furnished


class Clock:
    """Seconds that a test sets."""

    time = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.time


def coming_from(address: str):
    return SimpleNamespace(client=SimpleNamespace(host=address))


def test_a_burst_is_taken_and_what_is_more_waits_its_turn():
    clock = Clock()
    limiter = Limiter(60, clock)
    for _ in range(60):
        limiter.count(coming_from("10.0.0.1"))
    with pytest.raises(Busy, match="60 requests a minute"):
        limiter.count(coming_from("10.0.0.1"))
    limiter.count(coming_from("10.0.0.2"))
    clock.time = 1.0
    limiter.count(coming_from("10.0.0.1"))
    with pytest.raises(Busy):
        limiter.count(coming_from("10.0.0.1"))


def test_its_memory_has_bounds():
    limiter = Limiter(1, Clock())
    for number in range(ADDRESSES + 10):
        limiter.count(coming_from(f"a-{number}"))
    limiter.count(coming_from("a-0"))  # forgotten, so it begins anew
    with pytest.raises(Busy):
        limiter.count(coming_from(f"a-{ADDRESSES + 9}"))


@pytest.fixture
def app(tmp_path) -> Iterator[FastAPI]:
    settings = read_settings(home=furnished(tmp_path), oidc_issuer="https://login.test/")
    with open_services(settings, lake=MemoryLake()) as services:
        yield create_app(services, limiter=Limiter(3, Clock()))


def test_routes_without_a_login_and_wrong_logins_are_counted_together(app):
    assert ask(app, "GET", "/api/v1/health").status == 200
    wrong = ask(app, "GET", "/api/v1/health", authorization="Bearer emf_nobody")
    assert wrong.status == 401
    assert ask(app, "GET", "/api/v1/experiments").status == 200
    refused = ask(app, "GET", "/api/v1/health")
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "Log in" in refused.json["remedy"]


def test_the_one_local_user_is_never_counted(tmp_path):
    with open_services(read_settings(home=furnished(tmp_path)), lake=MemoryLake()) as services:
        app = create_app(services, limiter=Limiter(1, Clock()))
        for _ in range(5):
            assert ask(app, "GET", "/api/v1/experiments").status == 200
