"""Looks into files before the seal: one a file, in turns, kept whatever comes."""

from __future__ import annotations

import threading
import time
from threading import Event, Thread

import pytest

from emfair.errors import Unavailable
from emfair.service.first_looks import FirstLooks
from emfair.service.look_shelf import Failed, Found, Wanted
from emfair.worker import StoppedError
from tests.service.desk import Desk, all_of, ask, until_begun


def test_a_file_is_looked_into_once_whoever_asks_and_how_often():
    desk, looks = Desk(), FirstLooks()
    wanted = desk.wanted("a", "b", "c")
    desk.open.clear()
    for _ in range(3):
        assert ask(looks, "d", wanted).now == "a"
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
    ask(looks, "large", large)
    until_begun(desk, 1)
    for number, wanted in enumerate(others):
        ask(looks, str(number), wanted)
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
    ask(looks, "d", desk.wanted("a", "b"))
    until_begun(desk, 1)
    if end == "forget":
        looks.forget("d")
    elif end == "close":
        looks.close()
    else:
        assert ask(looks, "d", {}).over == ()
    desk.open.set()
    all_of(looks, "another", desk.wanted("x"))
    assert desk.begun == ["a", "x"]
    assert all_of(looks, "d", desk.wanted("a")) == ("a",)


@pytest.mark.parametrize("end", ["forgotten", "nothing is wanted"])
def test_who_asks_again_during_a_look_gets_what_comes_of_it(end):
    desk, looks = Desk(), FirstLooks()
    desk.open.clear()
    ask(looks, "d", desk.wanted("a", "b"))
    until_begun(desk, 1)
    if end == "forgotten":
        looks.forget("d")
    else:
        ask(looks, "d", {})
    assert ask(looks, "d", desk.wanted("a", "b")).now == "a"
    desk.open.set()
    assert all_of(looks, "d", desk.wanted("a", "b")) == ("a", "b")
    assert desk.begun == ["a", "b"]
    assert desk.most == 1


class Endless:
    """A look that goes on until it is ended; the second one comes to something."""

    def __init__(self):
        self.begun, self.ended = 0, Event()

    def wanted(self):
        """Return it as the only one of a deposit."""
        return {"a": Wanted("a", self.look, self.ended.set)}

    def look(self):
        """Go on until it is ended."""
        self.begun += 1
        if self.begun == 2:
            return "seen"
        assert self.ended.wait(30)
        raise StoppedError


@pytest.mark.parametrize("end", ["forget", "close", "nothing is wanted", "rest", "no more"])
def test_what_is_looked_into_is_ended_with_its_deposit(end, caplog):
    endless, desk, looks = Endless(), Desk(), FirstLooks(at_once=1)
    ask(looks, "d", endless.wanted())
    until(lambda: endless.begun)
    if end == "forget":
        looks.forget("d")
    elif end == "close":
        looks.close()
    elif end == "rest":
        looks.rest("d")
    else:
        ask(looks, "d", {} if end == "nothing is wanted" else None)
    assert endless.ended.is_set()
    assert all_of(looks, "another", desk.wanted("x")) == ("x",), "its place is free"
    assert caplog.records == []


@pytest.mark.parametrize("end", ["rest", "no more"])
def test_of_a_deposit_that_rests_what_came_of_looks_stays_and_no_other_begins(end):
    desk, looks = Desk(), FirstLooks()
    assert all_of(looks, "d", desk.wanted("a")) == ("a",)
    desk.open.clear()
    ask(looks, "d", desk.wanted("a", "b", "c"))
    until_begun(desk, 2)
    if end == "rest":
        looks.rest("d")
    assert ask(looks, "d", None) == Found(("a",), "", full=False)
    desk.open.set()
    assert all_of(looks, "another", desk.wanted("x")) == ("x",)
    assert ask(looks, "d", None).over == ("a",)
    assert desk.begun == ["a", "b", "x"]
    assert ask(looks, "d", {}).over == ()
    assert ask(looks, "d", None).over == (), "once it has ended nothing of it is kept"


def test_what_is_looked_into_is_ended_if_it_is_taken_out():
    endless, desk, looks = Endless(), Desk(), FirstLooks()
    ask(looks, "d", endless.wanted())
    until(lambda: endless.begun)
    assert all_of(looks, "d", desk.wanted("b")) == ("b",)
    assert endless.ended.is_set()


def test_who_wants_what_was_ended_has_it_looked_into_again():
    endless, looks = Endless(), FirstLooks()
    ask(looks, "d", endless.wanted())
    until(lambda: endless.begun)
    looks.forget("d")
    until(lambda: all_of(looks, "d", endless.wanted()) == ("seen",))
    assert endless.begun == 2


def until(happens):
    end = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_what_is_there_is_asked_by_one_at_a_time_and_never_before_the_end_of_a_deposit():
    desk, looks = Desk(), FirstLooks()
    asking, answered, told = Event(), Event(), []

    def slowly():
        asking.set()
        assert answered.wait(30)
        return desk.wanted("a")

    def sealed():
        told.append("asked")
        return {}

    first = Thread(target=looks.found, args=("d", slowly))
    first.start()
    assert asking.wait(30)
    others = [
        Thread(target=looks.found, args=("d", sealed)),
        Thread(target=looks.forget, args=("d",)),
    ]
    for other in others:
        other.start()
    time.sleep(0.05)
    assert told == []
    assert ask(looks, "another", desk.wanted("x")).now == "x", "a slow one holds up no other"
    answered.set()
    for thread in (first, *others):
        thread.join(30)
    assert looks.found("d", sealed).over == ()
    all_of(looks, "another", desk.wanted("x"))
    assert [name for name in desk.begun if name != "a"] == ["x"]


def test_what_was_looked_into_stays_where_files_arrive_that_come_before_it():
    desk, looks = Desk(), FirstLooks(most=2)
    assert all_of(looks, "d", desk.wanted("m", "n")) == ("m", "n")
    assert all_of(looks, "d", desk.wanted("a", "b", "m", "n")) == ("m", "n")
    assert all_of(looks, "d", desk.wanted("a", "b", "n")) == ("a", "n")
    assert desk.begun == ["m", "n", "a"]


def test_threads_that_cannot_start_are_tried_again_by_whoever_asks_next(caplog):
    desk, looks = Desk(), FirstLooks(at_once=1)
    before = threading.stack_size(1 << 47)  # more than there are addresses
    try:
        for _ in range(3):
            assert ask(looks, "d", desk.wanted("a")).now == "a"
    finally:
        threading.stack_size(before)
    assert "No thread for looks into files could be started" in caplog.text
    assert desk.begun == []
    assert all_of(looks, "d", desk.wanted("a")) == ("a",)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # it is told
def test_whatever_ends_a_look_takes_nobodys_place():
    def ends():
        raise SystemExit

    desk, looks = Desk(), FirstLooks(at_once=1)
    wanted = {"a": Wanted("a", ends), **desk.wanted("b")}
    failed, other = all_of(looks, "d", wanted)
    assert isinstance(failed, Failed)
    assert other == "b"
