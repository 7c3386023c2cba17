"""Looks that are kept: within bounds, nothing that someone asks for goes, nothing is done twice."""

from __future__ import annotations

from emfair.service.first_looks import AT_ONCE, FirstLooks
from emfair.service.look_shelf import ENTRY, RECENT, Failed
from tests.service.desk import Desk, Seconds, all_of, ask, in_the_end


def test_deposits_that_nobody_asks_for_go_where_room_ends():
    desk, clock = Desk(a=200_000, b=200_000, c=200_000), Seconds()
    looks = FirstLooks(room=1_500_000, clock=clock)  # two of them
    for name in "ab":
        all_of(looks, name, desk.wanted(name))
    clock.now += RECENT
    all_of(looks, "a", desk.wanted("a"))
    assert all_of(looks, "c", desk.wanted("c"))[0].startswith("c")
    all_of(looks, "a", desk.wanted("a"))
    assert desk.begun == ["a", "b", "c"]
    assert in_the_end(looks, "b", desk.wanted("b")).full, "the others are asked for"
    clock.now += RECENT
    all_of(looks, "b", desk.wanted("b"))
    assert desk.begun[-1] == "b"


def test_what_rests_makes_room_before_all_others_and_not_without_need():
    desk, looks = Desk(a=200_000, b=200_000, c=200_000), FirstLooks(room=1_500_000)  # two of them
    for name in "ab":
        all_of(looks, name, desk.wanted(name))
    looks.rest("b")
    assert ask(looks, "b", None).over[0].startswith("b")
    assert all_of(looks, "c", desk.wanted("c"))[0].startswith("c")
    assert ask(looks, "b", None).over == ()
    assert all_of(looks, "a", desk.wanted("a"))[0].startswith("a")
    assert desk.begun == ["a", "b", "c"]


def kept(looks):
    """Return how many bytes are kept."""
    return sum(one.taken for one in looks._shelf.deposits.values())


def test_while_all_ask_no_more_is_looked_into_than_there_is_room_for():
    names = [f"{deposit}-{file}" for deposit in range(35) for file in range(24)]
    desk, room = Desk(**dict.fromkeys(names, 10_000)), 4_000_000  # some 120 of 840
    looks = FirstLooks(room=room)
    wanted = [desk.wanted(*names[start : start + 24]) for start in range(0, len(names), 24)]
    for _ in range(20):
        found = [in_the_end(looks, str(number), one) for number, one in enumerate(wanted)]
        assert kept(looks) <= room
    over = sum(len(one.over) for one in found)
    assert 100 < over < 130
    assert len(desk.begun) <= over + AT_ONCE
    assert all(one.full for one in found if len(one.over) < 24)
    assert any(one.full for one in found)
    for number, one in enumerate(wanted[:10]):  # they are sealed
        over -= len(ask(looks, str(number), one).over)
        looks.forget(str(number))
    assert sum(len(all_of(looks, str(number), wanted[number])) for number in range(10, 35)) > over
    assert kept(looks) <= room


def test_one_deposit_is_looked_into_as_far_as_its_room_goes():
    desk, room = Desk(a=100, b=100, c=100), 2 * (ENTRY + 400)
    looks = FirstLooks(of_one=room)
    wanted = desk.wanted("a", "b", "c")
    for _ in range(2):
        found = in_the_end(looks, "d", wanted)
        assert [one[0] for one in found.over] == ["a", "b"]
        assert found.full
    assert desk.begun == ["a", "b"]
    assert [one[0] for one in all_of(looks, "d", desk.wanted("b", "c"))] == ["b", "c"]


def test_the_last_look_into_a_deposit_does_not_pass_its_room():
    desk, room = Desk(b=2000), 2 * (ENTRY + 400) + 4000
    looks = FirstLooks(of_one=room)
    for _ in range(3):
        found = in_the_end(looks, "d", desk.wanted("a", "b", "c"))
        assert found.over == ("a",)
        assert found.full
    assert kept(looks) <= room
    assert desk.begun == ["a", "b"], "what did not fit is not tried again"
    assert all_of(looks, "d", desk.wanted("b"))[0].startswith("b")


def test_a_file_that_holds_more_than_there_is_room_for_is_told():
    looks = FirstLooks(of_one=3000)
    (found,) = all_of(looks, "d", Desk(a=3000).wanted("a"))
    assert isinstance(found, Failed)
    assert found.why.startswith("There is too much in it")
