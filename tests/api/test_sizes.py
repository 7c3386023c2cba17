"""Large bodies: only from those who are known, only so many at a time, never for ever."""

from __future__ import annotations

import socket
import time

import httpx
import pytest

from emfair.api import sizes
from emfair.api.sizes import LARGE_AT_ONCE, LARGE_EACH, SMALL
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


def test_large_bodies_wait_for_a_place_and_places_come_free(hall, begun):
    ada = hall.client("ada")
    large = {"id": hall.fresh("p"), "card": {"title": "T", "description": "x" * SMALL}}
    # Two more than there are places: one of them may come while our own request has a place.
    half_sent = [begun(ada, f"Content-Length: {LARGE}", b"{") for _ in range(LARGE_EACH + 2)]
    answers = [ada.post("/projects", json=large)]
    while answers[-1].status_code != 429 and len(answers) < 200:  # the halves are on their way
        answers.append(ada.post("/projects", json=large))
    told = problem(answers[-1], 429)
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "portions" in told["remedy"]
    assert ada.get("/me").status_code == 200
    assert hall.client("bob").post("/projects", json=large).status_code == READ
    half_sent += [begun(hall.client("bob"), f"Content-Length: {LARGE}", b"{") for _ in range(9)]
    cleo = hall.client("cleo")
    answers = [cleo.post("/projects", json=large) for _ in range(50)]
    assert 429 in {answer.status_code for answer in answers}, LARGE_AT_ONCE
    for line in half_sent:
        line.close()
    end = time.monotonic() + 30
    while (again := ada.post("/projects", json=large)).status_code == 429:
        assert time.monotonic() < end
    assert again.status_code == READ


def test_a_sender_that_falls_silent_loses_its_place(hall, begun, monkeypatch):
    monkeypatch.setattr(sizes, "SILENCE", 0.2)
    line = begun(hall.client("ada"), f"Content-Length: {LARGE}", b"{")
    answer = all_of(line)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"fell silent" in answer


def test_only_parts_that_are_put_may_be_large_and_unknown(hall):
    stranger = hall.bearer(None)
    answer = stranger.post("/uploads/u-x/parts/1", content=b" " * LARGE)
    assert "64 KiB" in problem(answer, 401)["detail"]
    answer = stranger.request("GET", "/events", content=b" " * LARGE)
    assert "no GET needs" in problem(answer, 400)["detail"]
