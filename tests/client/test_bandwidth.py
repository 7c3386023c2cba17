"""A bandwidth is kept to, on average and by all together; silence saves up a moment of it."""

from __future__ import annotations

import threading
import time

import pytest

from emfair.api import bodies
from emfair.client.bandwidth import BURST, LEAST, Bandwidth, parse_rate
from emfair.client.engine import deposit
from emfair.client.spans import BLOCK
from emfair.client.transfer import AT_ONCE
from emfair.errors import BadCall
from tests.client.conftest import MIB, request


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("20MB", 20e6), ("20 MB/s", 20e6), ("1.5MiB", 1.5 * MIB), ("800k", 800e3), ("50000", 50e3),
        (" 1 GB ", 1e9), ("2gib/s", 2 << 30), ("64kB", 64e3), ("40kB", 40e3),
    ],
)  # fmt: skip
def test_rates_are_read_as_people_write_them(text, rate):
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "fast", "-1MB", "0", "1e6", "20 MB per hour", "nan"])
def test_what_is_no_rate_is_a_wrong_call(text):
    with pytest.raises(BadCall, match="20MB"):
        parse_rate(text)


@pytest.mark.parametrize("text", ["5", "0.5", "16kB", "39.9k"])
def test_a_rate_at_which_a_server_gives_up_is_refused_with_one_that_works(text):
    with pytest.raises(BadCall, match=r"too slow.*40kB a second"):
        parse_rate(text)


def test_at_the_least_rate_no_connection_falls_silent_or_below_what_servers_take():
    band, connections = Bandwidth(LEAST), 2 * AT_ONCE
    pieces = [len(piece) for piece in band.pieces(bytes(BLOCK))]
    assert sum(pieces) == BLOCK
    assert connections * max(pieces) / LEAST < bodies.SILENCE / 10
    assert LEAST / connections > bodies.FLOOR


def test_four_files_at_a_low_rate_leave_side_by_side(served, tmp_path):
    for number in range(4):
        (tmp_path / f"{number}.raw").write_bytes(bytes(250_000))
    booked: list[int] = []

    class Noted(Bandwidth):
        def book(self, amount: int) -> float:
            booked.append(amount)
            return super().book(amount)

    with served.client(bandwidth=Noted(400e3)) as client:
        deposit(client, request(*sorted(tmp_path.glob("*.raw"))))
    assert sum(booked) == 1_000_000
    assert max(booked) / 400e3 <= 0.5, "each waits for three others"


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
