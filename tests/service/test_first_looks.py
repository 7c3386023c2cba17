"""Looks into files before the seal: one a file, in turns, within bounds, kept whatever comes."""

from __future__ import annotations

import time
from threading import Event, Lock

import pytest

from emfair.errors import Unavailable
from emfair.service.first_looks import ENTRY, Failed, FirstLooks, Wanted


class Desk:
    """What is looked into, and how often; looks wait while it is closed."""

    def __init__(self, **sizes):
        self.sizes, self.begun, self.at_once, self.most = sizes, [], 0, 0
        self.open, self._lock = Event(), Lock()
        self.open.set()

    def wanted(self, *names):
        """Return looks into files of these names."""
        return {name: Wanted(name, lambda name=name: self.look(name)) for name in names}

    def look(self, name):
        """Look into one, once the desk is open."""
        with self._lock:
            self.begun.append(name)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        assert self.open.wait(30)
        with self._lock:
            self.at_once -= 1
        return name + "." * self.sizes.get(name, 0)


def all_of(looks, deposit, wanted):
    """Wait until no file is to be looked into any more; return what came of them."""
    until = time.monotonic() + 30
    while (found := looks.found(deposit, wanted)).now:
        assert time.monotonic() < until
        time.sleep(0.005)
    return found.over


def until_begun(desk, number):
    until = time.monotonic() + 30
    while len(desk.begun) < number:
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_file_is_looked_into_once_whoever_asks_and_how_often():
    desk, looks = Desk(), FirstLooks()
    wanted = desk.wanted("a", "b", "c")
    desk.open.clear()
    for _ in range(3):
        assert looks.found("d", wanted).now == "a"
    desk.open.set()
    assert all_of(looks, "d", wanted) == ("a", "b", "c")
    assert all_of(looks, "d", wanted) == ("a", "b", "c")
    assert desk.begun == ["a", "b", "c"]


def test_a_failure_is_kept_and_tried_again_only_if_someone_says_so(caplog):
    tries = []

    def fails(error):
        tries.append(error)
        raise error

    looks = FirstLooks()
    wanted = {
        "a": Wanted("a", lambda: fails(Unavailable("does not answer.", subject="The lake"))),
        "b": Wanted("b", lambda: fails(ValueError("odd"))),
        "c": Wanted("c", lambda: "seen"),
    }
    for _ in range(3):
        sick, defect, seen = all_of(looks, "d", wanted)
        assert (sick, seen) == (Failed("a", "The lake: does not answer."), "seen")
        assert defect.why.startswith("It could not be looked into; that is a defect in emfair.")
    assert len(tries) == 2
    assert [one.message for one in caplog.records] == ["b was not looked into"]
    looks.look_again("d")
    all_of(looks, "d", wanted)
    assert len(tries) == 4


def test_deposits_take_turns_and_no_more_files_are_looked_into_at_once_than_may_be():
    desk, looks = Desk(), FirstLooks(at_once=2)
    desk.open.clear()
    large, others = desk.wanted(*"abcdef"), [desk.wanted("x"), desk.wanted("y")]
    looks.found("large", large)
    until_begun(desk, 1)
    for number, wanted in enumerate(others):
        looks.found(str(number), wanted)
    until_begun(desk, 2)
    desk.open.set()
    all_of(looks, "large", large)
    for number, wanted in enumerate(others):
        all_of(looks, str(number), wanted)
    assert desk.begun[:2] == ["a", "x"], "one a deposit"
    assert desk.begun.index("y") <= 3
    assert desk.most == 2


def test_what_is_wanted_no_longer_is_forgotten():
    desk, looks = Desk(), FirstLooks()
    all_of(looks, "d", desk.wanted("a", "b"))
    assert all_of(looks, "d", desk.wanted("b", "c")) == ("b", "c")
    assert all_of(looks, "d", desk.wanted("a")) == ("a",)
    assert desk.begun == ["a", "b", "c", "a"]


@pytest.mark.parametrize("end", ["forget", "close", "nothing is wanted"])
def test_of_a_deposit_that_ends_during_a_look_nothing_is_kept_or_looked_into(end):
    desk, looks = Desk(), FirstLooks(at_once=1)
    desk.open.clear()
    looks.found("d", desk.wanted("a", "b"))
    until_begun(desk, 1)
    if end == "forget":
        looks.forget("d")
    elif end == "close":
        looks.close()
    else:
        assert looks.found("d", {}).over == ()
    desk.open.set()
    all_of(looks, "another", desk.wanted("x"))
    assert desk.begun == ["a", "x"]
    assert all_of(looks, "d", desk.wanted("a")) == ("a",)


def test_deposits_that_nobody_asks_for_go_where_room_ends():
    desk = Desk(a=200_000, b=200_000, c=200_000)
    looks = FirstLooks(room=1_500_000)  # two of them
    for name in "abac":
        all_of(looks, name, desk.wanted(name))
    all_of(looks, "a", desk.wanted("a"))
    assert desk.begun == ["a", "b", "c"]
    all_of(looks, "b", desk.wanted("b"))
    assert desk.begun[-1] == "b"


def test_one_deposit_is_looked_into_as_far_as_its_room_goes():
    desk, room = Desk(a=100, b=100, c=100), 2 * (ENTRY + 300)
    looks = FirstLooks(of_one=room)
    wanted = desk.wanted("a", "b", "c")
    for _ in range(2):
        assert [one[0] for one in all_of(looks, "d", wanted)] == ["a", "b"]
    assert desk.begun == ["a", "b"]


def test_a_file_that_holds_more_than_there_is_room_for_is_told():
    looks = FirstLooks(of_one=3000)
    (found,) = all_of(looks, "d", Desk(a=3000).wanted("a"))
    assert isinstance(found, Failed)
    assert found.why.startswith("There is too much in it")
