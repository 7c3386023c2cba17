"""Trying again: how often, after how long, and when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Timer

import pytest

from emfair.client.retry import FIRST, LONGEST, Again, Patience, Stopped, delay, patiently, waiting
from emfair.errors import Unavailable


@dataclass
class Time:
    """A clock that passes when someone waits."""

    now: float = 0.0
    waited: list[float] = field(default_factory=list)

    def patience(self, seconds: float) -> Patience:
        """Return a patience in this time."""
        return Patience(seconds, wait=self.wait, clock=lambda: self.now, chance=lambda: 0.5)

    def wait(self, seconds: float) -> None:
        """Let it pass."""
        self.waited.append(seconds)
        self.now += seconds


def failing(times: int, after: float = 0.0):
    """Return a call that fails so often before it succeeds."""
    left = [times]

    def once() -> str:
        if left[0]:
            left[0] -= 1
            raise Again(Unavailable(f"{left[0]} left.", remedy="Wait."), after)
        return "done"

    return once


def test_what_works_at_once_waits_for_nothing():
    time = Time()
    assert patiently(failing(0), time.patience(60)) == "done"
    assert time.waited == []


def test_delays_grow_up_to_the_longest():
    time = Time()
    assert patiently(failing(9), time.patience(600)) == "done"
    assert time.waited[:4] == [FIRST, FIRST * 2, FIRST * 4, FIRST * 8]
    assert time.waited[-1] == LONGEST


def test_patience_ends_with_the_last_error():
    time = Time()
    with pytest.raises(Unavailable, match=r"left\.") as caught:
        patiently(failing(1000), time.patience(60))
    assert time.now <= 60
    assert caught.value.remedy == "Wait."


def test_the_other_side_may_ask_for_more_time_but_not_for_more_than_patience_has():
    time = Time()
    assert patiently(failing(1, after=30), time.patience(60)) == "done"
    assert time.waited == [30]
    with pytest.raises(Unavailable):
        patiently(failing(1, after=61), time.patience(60))


def test_chance_keeps_many_from_coming_back_at_once():
    spread = {round(delay(2, chance / 10), 6) for chance in range(11)}
    assert len(spread) == 11
    assert min(spread) == FIRST * 4 * 0.5
    assert max(spread) == FIRST * 4 * 1.5


def test_whoever_waits_is_stopped_at_once():
    stop = Event()
    Timer(0.05, stop.set).start()
    with pytest.raises(Stopped):
        patiently(failing(5, after=50), Patience(60, wait=waiting(stop)))


def test_other_errors_are_not_tried_again():
    calls: list[int] = []

    def once() -> None:
        calls.append(1)
        raise KeyError

    with pytest.raises(KeyError):
        patiently(once, Time().patience(60))
    assert len(calls) == 1
