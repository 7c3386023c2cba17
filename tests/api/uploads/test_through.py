"""Parts that go through the server itself, and senders that drip, fall silent or go away."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import anyio
import httpx
import pytest
from fastapi import Request
from starlette.types import Message

from emfair.api.bodies import consume
from emfair.errors import Stalled
from emfair.lake import claims
from tests.api.told import problem
from tests.api.uploads.sending import MIB, ONCE, WHEN, content_of, sha256


def through(client: httpx.Client, upload: str, content: bytes, **headers: str) -> httpx.Response:
    """Send part 1 through the server itself, whatever the lake is."""
    return client.put(f"/uploads/{upload}/parts/1", content=content, headers=headers)


def test_a_part_through_the_server_is_checked_against_its_digest(client, announce):
    upload = announce(b"right")["id"]
    digest = base64.b64encode(hashlib.sha256(b"right").digest()).decode()
    right = {"Repr-Digest": f"sha-256=:{digest}:"}
    assert "hash to" in problem(through(client, upload, b"wrong", **right), 422)["detail"]
    through(client, upload, b"right", **right).raise_for_status()
    bad = problem(through(client, upload, b"right", **{"Repr-Digest": "md5=:x:"}), 400)
    assert "SHA-256" in bad["detail"]


@pytest.mark.parametrize("content", [b"", b"righ", b"right.", b"x" * (17 << 20)])
def test_a_part_of_a_wrong_size_is_refused_and_leaves_nothing(client, announce, content):
    upload = announce(b"right")["id"]
    assert "arrived" in problem(through(client, upload, content), 422)["detail"]
    assert client.get(f"/uploads/{upload}").json()["parts"] == []
    through(client, upload, b"right").raise_for_status()


@ONCE
@pytest.mark.parametrize("number", [0, 2, 10_001, -1])
def test_a_part_that_there_is_not_is_refused(client, announce, number):
    upload = announce(b"right")["id"]
    answer = client.put(f"/uploads/{upload}/parts/{number}", content=b"right")
    assert answer.status_code in (400, 422), answer.text


def test_a_part_that_is_there_with_other_bytes_is_a_conflict(client, announce):
    upload = announce(b"right")["id"]
    through(client, upload, b"right").raise_for_status()
    problem(through(client, upload, b"wrong"), 409)
    through(client, upload, b"right").raise_for_status()


def test_a_sender_that_goes_away_leaves_nothing_and_the_server_well(client, announce):
    upload = announce(content_of(1 << 20))["id"]
    host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port)) as line:
        head = f"PUT /api/v1/uploads/{upload}/parts/1 HTTP/1.1\r\nHost: {host}\r\n"
        line.sendall(f"{head}Content-Length: {1 << 20}\r\n\r\n".encode() + b"x" * 1000)
    assert client.get(f"/uploads/{upload}").json()["parts"] == []
    through(client, upload, content_of(1 << 20)).raise_for_status()


@pytest.fixture
def half_sent(client: httpx.Client, tmp_path: Path) -> Iterator[Callable[..., socket.socket]]:
    """Return a function that sends part 1 of the only upload but for the last MiB.

    It returns the line once the beginning lies in its place.
    """
    with ExitStack() as lines:

        def begin(upload: str, content: bytes) -> socket.socket:
            host, port = client.base_url.host, client.base_url.port
            line = lines.enter_context(socket.create_connection((host, port), timeout=60))
            head = f"PUT /api/v1/uploads/{upload}/parts/1 HTTP/1.1\r\nHost: {host}\r\n"
            line.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode())
            line.sendall(content[:-MIB])
            while not any(
                data.read_bytes().startswith(content[:MIB])
                for data in tmp_path.glob("**/uploads/*.data")
            ):
                time.sleep(0.02)
            return line

        yield begin


@ONCE
def test_who_sends_a_part_that_another_is_sending_is_told_to_wait(
    client, announce, half_sent, monkeypatch
):
    monkeypatch.setattr(claims, "PATIENCE", 0.1)
    content = content_of(3 * MIB)
    upload = announce(content)["id"]
    line = half_sent(upload, content)
    refused = through(client, upload, content)
    assert "someone else" in problem(refused, 429)["detail"]
    assert int(refused.headers["retry-after"]) > 0
    assert client.get(f"/uploads/{upload}").json()["parts"] == []
    line.sendall(content[-MIB:])
    assert line.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
    through(client, upload, content).raise_for_status()
    whole = client.post(f"/uploads/{upload}/complete", json={"sha256": sha256(content)})
    whole.raise_for_status()


@ONCE
def test_a_part_whose_sender_drips_is_taken_from_another(client, announce, half_sent, monkeypatch):
    impatient = partial(consume, silence=1.0, floor=4 * MIB)
    monkeypatch.setattr("emfair.api.uploads.consume", impatient)
    content = content_of(3 * MIB)
    upload = announce(content)["id"]
    line, over = half_sent(upload, content), threading.Event()

    def drip() -> None:
        with suppress(OSError):
            while not over.wait(0.1):
                line.sendall(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        through(client, upload, content).raise_for_status()
    finally:
        over.set()
        dripping.join()
    answer = line.recv(1 << 16)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"too slow" in answer
    whole = client.post(f"/uploads/{upload}/complete", json={"sha256": sha256(content)})
    whole.raise_for_status()


@ONCE
def test_many_slow_senders_keep_nobody_from_asking(client, draft):
    files = [{"name": f"{n}.dm3", "size": 1000, "modified_at": WHEN} for n in range(60)]
    told = client.post(f"/experiments/{draft}/uploads", json={"files": files}).json()
    host, port = client.base_url.host, client.base_url.port
    with ExitStack() as lines:
        for upload in told["uploads"]:
            line = lines.enter_context(socket.create_connection((host, port)))
            head = f"PUT /api/v1/uploads/{upload['id']}/parts/1 HTTP/1.1\r\nHost: {host}\r\n"
            line.sendall(f"{head}Content-Length: 1000\r\n\r\n".encode() + b"x" * 10)
        time.sleep(1)  # each holds its thread now
        assert client.get("/experiments", timeout=5).status_code == 200


def test_a_sender_that_falls_silent_gives_its_place_back():
    async def silence() -> Message:
        if not (said := pieces.pop() if pieces else b""):
            await anyio.sleep_forever()
        return {"type": "http.request", "body": said, "more_body": True}

    pieces = [b"x" * 10]
    request = Request({"type": "http", "path": "/", "headers": []}, silence)
    with pytest.raises(Stalled, match="fell silent"):
        anyio.run(lambda: consume(request, b"".join, "ada", silence=0.05))
