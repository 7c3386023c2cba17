"""A bandwidth is kept to, on average and by all together; silence saves up a moment of it."""

from __future__ import annotations

import threading
import time

import pytest

from emfair.client.bandwidth import BURST, Bandwidth, parse_rate
from emfair.client.engine import deposit
from emfair.errors import BadCall
from tests.client.conftest import MIB, request


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("20MB", 20e6), ("20 MB/s", 20e6), ("1.5MiB", 1.5 * MIB), ("800k", 800e3), ("5", 5),
        (" 1 GB ", 1e9), ("2gib/s", 2 << 30), ("64kB", 64e3),
    ],
)  # fmt: skip
def test_rates_are_read_as_people_write_them(text, rate):
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "fast", "-1MB", "0", "0.5", "1e6", "20 MB per hour", "nan"])
def test_what_is_no_rate_is_a_wrong_call(text):
    with pytest.raises(BadCall, match="20MB"):
        parse_rate(text)


def test_blocks_leave_at_the_rate():
    now = [0.0]
    band = Bandwidth(1000, clock=lambda: now[0])
    for _ in range(100):
        now[0] += band.book(50)
    assert now[0] == pytest.approx(100 * 50 / 1000, rel=0.06)


def test_a_long_silence_is_made_up_for_only_a_little():
    now = [0.0]
    band = Bandwidth(1000, clock=lambda: now[0])
    now[0] = 3600.0
    assert band.book(int(1000 * BURST)) == 0
    assert band.book(1000) == pytest.approx(1.0)


def test_threads_share_it():
    band = Bandwidth(4 * MIB)
    begun = time.monotonic()

    def send() -> None:
        for _ in range(8):
            time.sleep(band.book(MIB // 16))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - begun >= 2 * MIB / (4 * MIB) - BURST


def test_a_client_keeps_to_it(served, session):
    begun = time.monotonic()
    with served.client(bandwidth=Bandwidth(10 * MIB)) as client:
        deposit(client, request(session / "big.raw"))
    assert time.monotonic() - begun >= 17 / 10 - BURST


def test_a_callback_can_hold_up_whoever_calls_it():
    told: list[int] = []
    held_up = Bandwidth(4 * MIB).limited(told.append)
    begun = time.monotonic()
    for _ in range(4):
        held_up(MIB)
    assert told == [MIB] * 4
    assert time.monotonic() - begun >= 1 - BURST
