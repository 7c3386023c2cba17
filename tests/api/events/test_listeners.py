"""Listeners have places: shared out, given back, and none holds a thread."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import anyio
import httpx
import pytest

from emfair.api.app import create_app
from emfair.api.listeners import EACH, STRANGERS, Listeners
from emfair.errors import Busy
from emfair.lake.memory import MemoryLake
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.events.hearing import FAST, listening
from tests.api.server import serving
from tests.api.told import eventually, problem
from tests.services.registries import furnished


def test_too_many_listeners_are_told_what_to_do_instead_and_places_come_free(home, tmp_path):
    url = f"{home.url}/experiments/{home.sealed(tmp_path)}/events"
    with listening(url), listening(f"{home.url}/events"), listening(url):
        told = problem(httpx.get(url), 429)
        assert "time to time" in told["remedy"]
        assert home.listeners.count == 3
    assert eventually(lambda: home.listeners.count == 0)
    with listening(url) as ear:
        assert ear.next().kind == "experiment"


async def _listen(listeners, subjects):
    for number, subject in enumerate(subjects):
        listeners.join(f"e-{number}", subject)


@pytest.mark.parametrize(
    ("subjects", "way_out"),
    [([None] * (STRANGERS + 1), "Log in"), (["local:ada"] * (EACH + 1), "End some")],
)
def test_neither_one_person_nor_all_strangers_take_every_place(tmp_path, subjects, way_out):
    with open_services(read_settings(home=furnished(tmp_path)), lake=MemoryLake()) as services:
        anyio.run(_listen, Listeners(services), [*subjects[1:], "local:bob", "local:cleo"])
        with pytest.raises(Busy) as told:
            anyio.run(_listen, Listeners(services), subjects)
    assert told.value.remedy.startswith(way_out)


def test_a_client_that_goes_away_is_noticed(home, tmp_path):
    url = f"{home.url}/experiments/{home.sealed(tmp_path)}/events"
    with httpx.stream("GET", url, timeout=30) as answer:
        lines = answer.iter_lines()  # kept: the connection ends with it
        next(lines)
        assert home.listeners.count == 1
    assert eventually(lambda: home.listeners.count == 0)


def test_listeners_hold_no_threads(home, tmp_path):
    """Some sixty listeners, and a pool of forty threads: others are answered as before."""
    path = f"/api/v1/experiments/{home.sealed(tmp_path)}/events"
    listeners = Listeners(home.services, most=100, **FAST)
    with serving(create_app(home.services, listeners=listeners)) as url, ExitStack() as stack:
        address = httpx.URL(url)
        for _ in range(60):
            line = stack.enter_context(socket.create_connection((address.host, address.port)))
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert b"200 OK" in line.recv(1 << 16)
        assert listeners.count == 60
        for _ in range(5):
            assert httpx.get(f"{url}/api/v1/health", timeout=5).status_code == 200
