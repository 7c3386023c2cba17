"""A body on its way to a thread: whatever ends, the thread ends."""

from __future__ import annotations

import time
from contextlib import suppress

import anyio
import pytest
from fastapi import Request

from emfair.api.bodies import BLOCK, consume
from emfair.errors import Stalled


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
        return await consume(request_of(sending(*pieces)), b"".join, "ada")

    assert anyio.run(run) == b"".join(pieces)


def test_a_silent_sender_is_taken_for_gone():
    async def run() -> None:
        await consume(request_of(silent), b"".join, "ada", silence=0.1)

    with pytest.raises(Stalled, match="fell silent"):
        anyio.run(run)


def slowly(piece: bytes, every: float, count: int):
    pieces = sending(*[piece] * count)

    async def receive():
        await anyio.sleep(every)
        return await pieces()

    return receive


def test_a_sender_that_drips_gives_its_place_to_who_waits(monkeypatch):
    monkeypatch.setattr("emfair.api.bodies.AT_ONCE", 1)
    dripping, told = slowly(b"x", 0.02, 300), list[object]()

    async def drip() -> None:
        try:
            await consume(request_of(dripping), b"".join, "ada", silence=0.4, floor=1000)
        except Stalled as error:
            told.append(str(error))

    async def run() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(drip)
            await anyio.sleep(0.1)
            told.append(await consume(request_of(sending(b"a", b"b")), b"".join, "ada"))

    began = time.monotonic()
    anyio.run(run)
    assert time.monotonic() - began < 10
    assert "too slow" in told[0]
    assert told[1] == b"ab"


def test_a_slow_sender_comes_to_its_end():
    slow = slowly(b"x" * 1000, 0.05, 30)

    async def run() -> bytes:
        return await consume(request_of(slow), b"".join, "ada", silence=1.0, floor=1000)

    assert anyio.run(run) == b"x" * 30_000


def test_a_slow_disk_is_not_the_senders_fault():
    def write(blocks) -> int:
        return sum(len(block) for block in blocks if not time.sleep(0.15))

    async def run() -> int:
        request = request_of(sending(*[b"x" * BLOCK] * 12))
        return await consume(request, write, "ada", silence=0.5, floor=1e12)

    assert anyio.run(run) == 12 * BLOCK


def test_a_server_that_ends_waits_for_no_silent_sender():
    async def run() -> bool:
        with anyio.move_on_after(0.2) as ended:
            await consume(request_of(silent), b"".join, "ada", silence=60)
        return ended.cancelled_caught

    began = time.monotonic()
    with pytest.raises(Stalled, match="went away"):
        anyio.run(run)
    assert time.monotonic() - began < 10


def test_whoever_waits_for_a_place_is_not_taken_for_silent(monkeypatch):
    monkeypatch.setattr("emfair.api.bodies.AT_ONCE", 1)

    async def slow():
        await anyio.sleep(0.5)
        return {"type": "http.request", "body": b"x", "more_body": False}

    came: list[bytes] = []

    async def one() -> None:
        came.append(await consume(request_of(slow), b"".join, "ada", silence=0.9))

    async def run() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(one)

    anyio.run(run)
    assert came == [b"x"] * 3


def test_one_sender_leaves_places_for_others(monkeypatch):
    monkeypatch.setattr("emfair.api.bodies.EACH", 1)
    came: list[str] = []

    async def one(who: str, receive) -> None:
        await consume(request_of(receive), b"".join, who, silence=60)
        came.append(who)

    async def run() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(one, "ada", silent)
            group.start_soon(one, "ada", sending(b"x"))
            group.start_soon(one, "bob", sending(b"x"))
            await anyio.sleep(0.5)
            group.cancel_scope.cancel()

    with suppress(BaseExceptionGroup):  # who was silent is told so
        anyio.run(run)
    assert came == ["bob"]
