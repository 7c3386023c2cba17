"""Looks that were made are kept within bounds."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from emfair.errors import Busy, TooMuch
from emfair.nxem.shape import NxAxis
from emfair.service.kept import Kept
from emfair.service.looks import Curve


def test_no_more_are_made_at_once_than_may_be():
    kept = Kept(at_once=1, wait=0.01)

    def ask():
        with pytest.raises(Busy, match="What you look at: what others look at is being made"):
            kept.get("b", lambda: 2, lambda _: 1)
        return 1

    assert kept.get("a", ask, lambda _: 1) == 1
    assert kept.get("b", lambda: 2, lambda _: 1) == 2


def test_the_oldest_go_first_where_room_ends():
    kept = Kept(room=10 << 20)
    made = []

    def get(name, size=4 << 20):
        return kept.get(name, lambda: made.append(name) or name, lambda _: size)

    for name in ("a", "b", "a", "c", "a", "b"):
        assert get(name) == name
    assert made == ["a", "b", "c", "b"]
    get("large", 11 << 20)
    get("large", 11 << 20)
    assert made[-2:] == ["large", "large"]


@pytest.mark.parametrize("points", [1, 3000])
def test_all_that_is_kept_takes_no_more_than_it_may(points):
    kept = Kept(room=2 << 20)
    axis = NxAxis("x", "x (nm)", "nm", np.arange(points), 1.0, 0.0)

    def made():
        return Curve(np.zeros(1), replace(axis, points=axis.points + 1.0), axis.points + 1.0, "")

    tracemalloc.start()
    for number in range(3000):
        window = range(number + 10_000, number + 20_000)
        name = ("0" * 64, 1 << 40, "spectrum", ((0, window), (1, window)))
        kept.get(name, made, lambda curve: curve.nbytes)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 2 << 20


def test_an_error_is_not_kept():
    kept = Kept()

    def fail():
        raise TooMuch("no")

    for _ in range(3):
        with pytest.raises(TooMuch):
            kept.get("a", fail, lambda _: 1)
    assert kept.get("a", lambda: 1, lambda _: 1) == 1


def test_once_closed_it_keeps_nothing_of_before():
    kept = Kept()
    kept.get("a", lambda: 1, lambda _: 1)
    kept.close()
    assert kept.get("a", lambda: 2, lambda _: 1) == 2
