"""What is decided from what is known: never half a file, never a seal before its time."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from emfair.client.watch.actions import (
    Annotate,
    Draft,
    Forget,
    Move,
    Remove,
    Reopen,
    Said,
    Seal,
    Ship,
)
from emfair.client.watch.decide import Moment, View, decide
from emfair.client.watch.look import Stat
from emfair.client.watch.ready import Waiting
from emfair.client.watch.rules import Rules, Where
from emfair.client.watch.standing import Sent, Session
from emfair.model.annotations import Annotations

RULES = Rules(settle=60, gap=7200, companion=600)
PLACE = Where("P", "Q", "S")
NOW = Moment(1e6, 5e5)
OPEN = Session(1, "ada", {}, False, 0.0, 0.0, touched=NOW.time - 100)
FILLING = replace(OPEN, experiment="e-1", place=PLACE.place, shipped=1)
OVER = replace(FILLING, touched=NOW.time - 7200)
NAMES = [
    "a.tif",
    "b.tif",
    "c.emi",
    "c_1.ser",
    "d.rpl",
    "d.raw",
    "lonely.rpl",
    "m.zspy/0",
    "m.zspy/1",
]


def view(session: Session, *waiting: Waiting, said: Said | None = None, beside=()) -> View:
    found = said or Said(PLACE)
    return View([session], {session.id: waiting}, [], lambda _: found, lambda _: list(beside))


def waiting(name: str, age: float, session: int = 1, size: int = 1) -> Waiting:
    return Waiting(name, Stat(size, 0), session, NOW.ticks - age)


files = st.lists(
    st.builds(waiting, st.sampled_from(NAMES), st.floats(0, 1000)),
    max_size=9,
    unique_by=lambda one: one.name,
)
sessions = st.builds(
    replace,
    st.sampled_from([OPEN, FILLING, OVER]),
    asked=st.booleans(),
    shipped=st.integers(0, 2),
    refused=st.integers(0, 1),
    deposits=st.integers(0, 1),
    sealed=st.sampled_from([None, None, 5.0]),
    place=st.sampled_from([PLACE.place, {"project": "Z"}]),
    noted=st.sampled_from(["", "x"]),
)


@given(sessions, files, st.sampled_from(["", "it waits"]))
def test_only_settled_files_are_shipped_and_only_whole_sessions_are_sealed(session, there, problem):
    actions = decide(view(session, *there, said=Said(PLACE, problem=problem)), NOW, RULES)
    for action in actions:
        match action:
            case Ship(_, shipped):
                assert all(NOW.ticks - one.since >= RULES.settle for one in shipped)
                assert {one.name for one in shipped} <= {one.name for one in there}
            case Seal() | Forget():
                assert not there
                assert session.asked or NOW.time - session.touched >= RULES.gap
            case Reopen():
                assert all(NOW.ticks - one.since >= RULES.settle for one in there)
    shipped = [one.name for each in actions if isinstance(each, Ship) for one in each.files]
    assert len(shipped) == len(set(shipped))
    if problem:
        assert {type(each) for each in actions} <= {Forget, Reopen}


@given(files, st.randoms(use_true_random=False))
def test_the_order_in_which_files_come_changes_nothing(there, chance):
    shuffled = chance.sample(there, len(there))
    assert decide(view(FILLING, *shuffled), NOW, RULES) == decide(view(FILLING, *there), NOW, RULES)


@given(files)
def test_files_that_are_read_together_leave_together_and_the_companion_first(there):
    young = {one.name for one in there if NOW.ticks - one.since < RULES.settle}
    actions = decide(view(FILLING, *there, beside=NAMES), NOW, RULES)
    shipped = [one.name for each in actions if isinstance(each, Ship) for one in each.files]
    known = {one.name for one in there}
    for primary, companion in (("c.emi", "c_1.ser"), ("d.rpl", "d.raw")):
        if {primary, companion} <= known:
            both = {primary, companion} & {*shipped}
            assert both in (set(), {primary, companion})
            assert not both & young
            if both:
                assert shipped.index(companion) < shipped.index(primary)


def test_a_header_waits_for_its_array_but_not_for_ever():
    def shipped(age: float, *beside: str) -> bool:
        return bool(decide(view(FILLING, waiting("s/x.rpl", age), beside=beside), NOW, RULES))

    assert not shipped(100, "x.rpl")
    assert shipped(100, "x.rpl", "x.raw")
    assert shipped(600, "x.rpl")


def test_a_session_is_drafted_with_its_first_settled_file_and_not_before():
    assert decide(view(OPEN, waiting("a.tif", 59)), NOW, RULES) == []
    assert decide(view(OPEN, waiting("a.tif", 60)), NOW, RULES) == [Draft(OPEN, PLACE)]


def test_a_session_without_a_place_waits_however_long():
    said = Said(Where("P"), problem="nothing says its proposal, sample")
    for session in (OPEN, OVER):
        assert decide(view(session, waiting("a.tif", 9e5), said=said), NOW, RULES) == []


def test_a_session_that_goes_elsewhere_is_moved_as_long_as_it_can_be():
    said = Said(Where("Other", "Q", "S"))
    assert decide(view(FILLING, said=said), NOW, RULES) == [Move(FILLING)]
    for fixed in (replace(FILLING, deposits=1), replace(FILLING, only_there=1)):
        assert decide(view(fixed, said=said), NOW, RULES) == []


def test_a_new_title_alone_moves_nothing():
    assert decide(view(FILLING, said=Said(replace(PLACE, title="new"))), NOW, RULES) == []


def test_what_is_said_is_sent_before_the_seal():
    said = Said(PLACE, Annotations(title="Grains"))
    assert decide(view(OVER, said=said), NOW, RULES) == [Annotate(OVER, said)]
    told = replace(OVER, noted=said.notes)
    assert decide(view(told, said=said), NOW, RULES) == [Seal(told)]


def test_late_files_wait_until_nothing_more_comes_and_all_have_settled():
    sealed = replace(OVER, sealed=1.0, deposits=1)
    assert decide(view(sealed, waiting("a.tif", 100)), NOW, RULES) == [Reopen(sealed)]
    assert decide(view(sealed, waiting("a.tif", 100), waiting("b.tif", 9)), NOW, RULES) == []
    lively = replace(sealed, touched=NOW.time)
    assert decide(view(lively, waiting("a.tif", 100)), NOW, RULES) == []


def test_what_belongs_elsewhere_is_taken_out_first():
    stray = Sent("e-9", "a.tif", "a.tif", 1, 1, "0" * 64, "stray")
    known = view(FILLING, waiting("a.tif", 100))
    actions = decide(replace(known, strays=[stray]), NOW, RULES)
    assert [type(one) for one in actions] == [Remove, Ship]


def test_large_files_travel_alone_and_small_ones_together():
    many = [waiting(f"{number:04}.tif", 100) for number in range(450)]
    large = [waiting("a.mrc", 100, size=10**10), waiting("b.mrc", 100, size=10**10)]
    sizes = [len(one.files) for one in decide(view(FILLING, *many, *large), NOW, RULES)]
    assert sizes == [200, 200, 50, 1, 1]
