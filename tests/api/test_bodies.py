"""A body on its way to a thread: whatever ends, the thread ends."""

from __future__ import annotations

import time

import anyio
import pytest
from fastapi import Request

from emfair.api.bodies import BLOCK, consume
from emfair.errors import BadCall


def request_of(receive) -> Request:
    return Request({"type": "http", "method": "PUT", "path": "/part", "headers": []}, receive)


async def silent():
    await anyio.sleep_forever()


def sending(*pieces: bytes):
    left = [*pieces]

    async def receive():
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return receive


def test_all_of_it_arrives_in_order():
    pieces = [bytes([number]) * (BLOCK // 3) for number in range(40)]

    async def run() -> bytes:
        return await consume(request_of(sending(*pieces)), b"".join)

    assert anyio.run(run) == b"".join(pieces)


def test_a_silent_sender_is_taken_for_gone():
    async def run() -> None:
        await consume(request_of(silent), b"".join, silence=0.1)

    with pytest.raises(BadCall, match="fell silent"):
        anyio.run(run)


def test_a_server_that_ends_waits_for_no_silent_sender():
    async def run() -> bool:
        with anyio.move_on_after(0.2) as ended:
            await consume(request_of(silent), b"".join, silence=60)
        return ended.cancelled_caught

    began = time.monotonic()
    with pytest.raises(BadCall, match="went away"):
        anyio.run(run)
    assert time.monotonic() - began < 10


def test_whoever_waits_for_a_place_is_not_taken_for_silent(monkeypatch):
    monkeypatch.setattr("emfair.api.bodies.AT_ONCE", 1)

    async def slow():
        await anyio.sleep(0.5)
        return {"type": "http.request", "body": b"x", "more_body": False}

    came: list[bytes] = []

    async def one() -> None:
        came.append(await consume(request_of(slow), b"".join, silence=0.9))

    async def run() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(one)

    anyio.run(run)
    assert came == [b"x"] * 3
