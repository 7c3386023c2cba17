"""Large bodies: only from those who are known, only so many at a time, never for ever."""

from __future__ import annotations

import select
import socket
import threading
import time

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from emfair.api import sizes
from emfair.api.sizes import LARGE_AT_ONCE, LARGE_EACH, SMALL, BoundedBodies
from tests.api.server import serving
from tests.api.told import problem

LARGE = SMALL + 1
READ = 422  # the answer to a description that is longer than any may be: all of it was read


def all_of(line: socket.socket) -> bytes:
    """Return an answer, head and body."""
    answer = b""
    while b'"remedy"' not in answer and (piece := line.recv(1 << 16)):
        answer += piece
    return answer


@pytest.fixture
def begun(hall):
    """Return a function that sends a request's head and some of its body, and no more."""
    address, lines = httpx.URL(hall.url), []

    def begin(client: httpx.Client, announced: str, body: bytes = b"") -> socket.socket:
        line = socket.create_connection((address.host, address.port), timeout=10)
        lines.append(line)
        login = client.headers.get("authorization")
        head = [
            "POST /api/v1/projects HTTP/1.1", "Host: x", "Content-Type: application/json",
            announced, *([f"Authorization: {login}"] if login else []),
        ]  # fmt: skip
        line.sendall("\r\n".join([*head, "", ""]).encode() + body)
        return line

    yield begin
    for line in lines:
        line.close()


@pytest.mark.parametrize("announced", [f"Content-Length: {LARGE}", "Transfer-Encoding: chunked"])
def test_a_large_body_of_a_stranger_is_refused_before_it_is_read(hall, begun, announced):
    answer = all_of(begun(hall.bearer(None), announced))
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"64 KiB" in answer
    wrong = begun(hall.bearer("emf_nobody"), announced).recv(1 << 16)
    assert wrong.startswith(b"HTTP/1.1 401 ")


def test_what_is_small_is_refused_by_the_route(hall):
    assert "64 KiB" not in problem(hall.bearer(None).post("/projects", json={}), 401)["detail"]


def refused(lines: list[socket.socket], enough: int) -> None:
    """Wait until so many of these have their answer, which is 429: the others hold places."""
    waiting, end = set(lines), time.monotonic() + 30
    while len(lines) - len(waiting) < enough:
        assert time.monotonic() < end
        for line in select.select(list(waiting), [], [], 1)[0]:
            assert line.recv(1 << 16).startswith(b"HTTP/1.1 429 ")
            waiting.remove(line)


def test_large_bodies_wait_for_a_place_and_places_come_free(hall, begun):
    ada, bob = hall.client("ada"), hall.client("bob")
    large = {"id": hall.fresh("p"), "card": {"title": "T", "description": "x" * SMALL}}
    half_sent = [begun(ada, f"Content-Length: {LARGE}", b"{") for _ in range(LARGE_EACH + 2)]
    refused(half_sent, 2)
    answer = ada.post("/projects", json=large)
    assert "portions" in problem(answer, 429)["remedy"]
    assert int(answer.headers["retry-after"]) > 0
    assert ada.get("/me").status_code == 200
    assert bob.post("/projects", json=large).status_code == READ
    others = [begun(bob, f"Content-Length: {LARGE}", b"{") for _ in range(LARGE_EACH + 7)]
    refused(others, 7)
    assert LARGE_AT_ONCE == 2 * LARGE_EACH
    problem(hall.client("cleo").post("/projects", json=large), 429)
    for line in [*half_sent, *others]:
        line.close()
    end = time.monotonic() + 30
    while (again := ada.post("/projects", json=large)).status_code == 429:
        assert time.monotonic() < end
    assert again.status_code == READ


def test_a_sender_that_falls_silent_loses_its_place(hall, begun, monkeypatch):
    monkeypatch.setattr(sizes, "SILENCE", 0.2)
    line = begun(hall.client("ada"), f"Content-Length: {LARGE}", b"{")
    answer = all_of(line)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"fell silent" in answer


@pytest.mark.parametrize("missing", [0, 1])
def test_a_sender_that_takes_no_answer_loses_its_place(monkeypatch, missing):
    monkeypatch.setattr(sizes, "_known", lambda _: "ada")
    monkeypatch.setattr(sizes, "SILENCE", 1.5)
    app, came = FastAPI(), threading.Event()
    app.add_middleware(BoundedBodies, at_once=1)
    app.get("/much")(lambda: Response(bytes(32 << 20)))

    @app.post("/length")
    async def length(request: Request) -> int:
        came.set()
        return len(await request.body())

    with serving(app) as url, socket.socket() as line, httpx.Client(base_url=url) as other:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 12)
        line.connect((other.base_url.host, other.base_url.port))
        head = f"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGE}\r\n\r\n"
        line.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n" + head.encode())
        line.sendall(b" " * (LARGE - missing))
        came.wait()
        assert other.post("/length", content=b" " * LARGE).status_code == 429
        end = time.monotonic() + 30
        while (answer := other.post("/length", content=b" " * LARGE)).status_code == 429:
            assert time.monotonic() < end
        assert answer.json() == LARGE


def test_only_parts_that_are_put_may_be_large_and_unknown(hall):
    stranger = hall.bearer(None)
    answer = stranger.post("/uploads/u-x/parts/1", content=b" " * LARGE)
    assert "64 KiB" in problem(answer, 401)["detail"]
    answer = stranger.request("GET", "/events", content=b" " * LARGE)
    assert "no GET needs" in problem(answer, 400)["detail"]
