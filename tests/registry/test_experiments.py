"""Experiments: pages, states, what is pending."""

from __future__ import annotations

import threading

import pytest

from emfair.errors import Conflict, NotFound
from emfair.model.nouns import InstrumentCard
from emfair.model.states import ExperimentState as S
from emfair.registry import ExperimentEdit
from tests.registry.seen import Seen
from tests.registry.together import run_together


def test_an_experiment_nobody_knows_is_not_found_and_says_what_to_do(registry):
    for ask in (registry.experiments.get, registry.experiments.place):
        with pytest.raises(NotFound) as caught:
            ask("'; DROP TABLE experiment; --")
        assert caught.value.remedy


def test_place_and_titles_come_back_as_they_were_given(lab):
    opened = lab.open("a.dm4", title="Müller’s 2nd µ-session")
    assert lab.registry.experiments.place(opened.place.experiment) == (opened.place, opened.titles)
    assert lab.registry.experiments.get(opened.place.experiment).place == opened.place


def test_titles_of_several_come_at_once_and_unknown_ones_are_left_out(lab):
    first, second = (lab.open(name).place.experiment for name in "ab")
    found = lab.registry.experiments.titles([first, second, "e-none"])
    assert found == {one: lab.registry.experiments.place(one)[1] for one in (first, second)}
    assert lab.registry.experiments.titles([]) == {}


def test_times_are_aware_and_utc(lab):
    row = lab.sealed("a.dm4")
    assert row.created_at.utcoffset().total_seconds() == 0
    assert row.created_at.year == 2026
    assert row.created_at < row.updated_at


def test_pages_show_every_experiment_once_newest_first(lab):
    made = [lab.open(f"{number}.dm4").place.experiment for number in range(7)]
    seen, last = [], None
    while page := lab.registry.experiments.list(limit=3, after=last):
        seen += [row.id for row in page]
        last = seen[-1]
    assert seen == made[::-1]


def test_experiments_of_one_instant_do_not_fall_between_pages(lab, clock):
    clock.step *= 0
    made = {lab.open(f"{number}.dm4").place.experiment for number in range(5)}
    first = lab.registry.experiments.list(limit=2)
    second = lab.registry.experiments.list(limit=10, after=first[-1].id)
    assert {row.id for row in (*first, *second)} == made
    assert len(first) + len(second) == 5


def test_a_page_after_an_unknown_experiment_is_not_found(registry):
    with pytest.raises(NotFound):
        registry.experiments.list(after="e-unknown")


def test_a_list_can_be_of_one_state_and_one_project(lab):
    sealed = lab.sealed("a.dm4")
    glass = lab.open("b.dm4", project="glass").place.experiment
    ask = lab.registry.experiments.list
    assert [row.id for row in ask(state=S.SEALED)] == [sealed.id]
    assert [row.id for row in ask(project="glass")] == [glass]
    assert ask(state=S.SEALED, project="glass") == ()


def test_a_level_is_counted_by_what_lies_in_it_and_is_seen(lab):
    lab.sealed("a.dm4")
    lab.sealed("b.dm4")
    lab.sealed("c.dm4", project="glass")
    count = lab.registry.experiments.count_below
    assert count(among=["steel", "glass", "none"]) == {"steel": 2, "glass": 1}
    assert count(among=["glass"]) == {"glass": 1}
    assert count("steel", among=["p-1"]) == {"p-1": 2}
    assert count("steel", "p-1", among=["s-1"]) == {"s-1": 2}
    assert count("steel", among=["p-1"], visible=Seen()) == {}


def test_a_state_moves_on_with_its_reason_and_counts_the_version_up(lab):
    row = lab.sealed("a.dm4")
    failed = lab.registry.experiments.set_state(row.id, S.FAILED, reason="truncated: a.dm4")
    assert (failed.state, failed.state_reason, failed.version) == (
        S.FAILED,
        "truncated: a.dm4",
        row.version + 1,
    )
    again = lab.registry.experiments.set_state(row.id, S.PROCESSING)
    assert again.state_reason == ""


def test_a_state_without_a_way_is_a_conflict_and_changes_nothing(lab):
    row = lab.sealed("a.dm4")
    with pytest.raises(Conflict, match="from sealed to published"):
        lab.registry.experiments.set_state(row.id, S.PUBLISHED)
    assert lab.registry.experiments.get(row.id) == row
    with pytest.raises(NotFound):
        lab.registry.experiments.set_state("e-unknown", S.PROCESSING)


def test_a_processed_key_stays_until_another_comes(lab):
    row = lab.sealed("a.dm4")
    lab.registry.experiments.set_state(row.id, S.PROCESSING)
    lab.registry.experiments.set_state(row.id, S.VALID, processed_key="k1")
    assert lab.registry.experiments.set_state(row.id, S.PROCESSING).processed_key == "k1"


def test_pending_is_what_was_sealed_and_not_processed_oldest_first(lab):
    lab.open("open.dm4")
    first, second, third = (lab.sealed(f"{number}.dm4") for number in range(3))
    lab.registry.experiments.set_state(second.id, S.PROCESSING)
    lab.registry.experiments.set_state(second.id, S.FAILED, processed_key=second.run_key)
    lab.registry.experiments.set_state(third.id, S.FAILED, reason="killed")
    assert [row.id for row in lab.registry.experiments.pending()] == [first.id, third.id]


def test_going_back_to_earlier_annotations_is_pending_again(lab):
    row = lab.sealed("a.dm4")
    lab.annotate(row.id, 1, '{"title":"x"}', "k2")
    lab.registry.experiments.set_state(row.id, S.PROCESSING)
    lab.registry.experiments.set_state(row.id, S.VALID, processed_key=f"{row.id}:k2")
    assert lab.registry.experiments.pending() == ()
    lab.annotate(row.id, 2, "{}", "k1")
    assert [each.run_key for each in lab.registry.experiments.pending()] == [f"{row.id}:k1"]


def test_whoever_walks_through_what_is_sealed_meets_each_once(lab):
    made = sorted(lab.sealed(f"{number}.dm4").id for number in range(5))
    lab.open("still-uploading.dm4")
    withdrawn = lab.registry.experiments.get(made.pop())
    lab.registry.withdrawals.withdraw(withdrawn.id, withdrawn.version, actor="ada", reason="no")
    met, last = [], ""
    while page := lab.registry.experiments.sealed(after=last, limit=3):
        met += [row.id for row in page]
        last = met[-1]
    assert met == made
    assert page == ()


def test_some_experiments_come_at_once_and_unknown_ones_are_left_out(lab):
    made = {lab.sealed(f"{number}.dm4") for number in range(3)}
    found = lab.registry.experiments.some([*(row.id for row in made), "e-unknown"])
    assert set(found) == made
    many = [f"e-unknown-{number}" for number in range(1200)]
    assert set(lab.registry.experiments.some([*many, *(row.id for row in made)])) == made


def test_a_withdrawn_experiment_is_not_pending(lab):
    lab.registry.experiments.set_state(lab.sealed("a.dm4").id, S.TOMBSTONED)
    assert lab.registry.experiments.pending() == ()


@pytest.fixture
def many(lab):
    """Return a registry with experiments of several projects and instruments; one restricted."""
    lab.registry.instruments.create("titan", card=InstrumentCard(title="Titan"), actor="ada")
    for name, other in (
        ("e-1", {"title": "Große Körner"}),
        ("e-2", {"title": "Small 50% grains"}),
        ("e-3", {"title": "Fibres", "project": "glass"}),
    ):
        lab.open("a.dm4", experiment=name, **other)
    edit = lab.registry.experiments.edit
    edit("e-1", 1, ExperimentEdit(instrument="titan"), actor="ada")
    edit("e-2", 1, ExperimentEdit(restricted=True), actor="ada")
    return lab.registry


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"project": "steel"}, ["e-2", "e-1"]),
        ({"project": "steel", "proposal": "p-1", "sample": "s-1"}, ["e-2", "e-1"]),
        ({"proposal": "none"}, []),
        ({"instrument": "titan"}, ["e-1"]),
        ({"depositor": "ada@lab"}, ["e-3", "e-2", "e-1"]),
        ({"depositor": "bob"}, []),
        ({"text": "GROSSE k"}, ["e-1"]),
        ({"text": "50%"}, ["e-2"]),
        ({"text": "5%"}, []),
        ({"text": "s_all"}, []),
        ({"text": "glass s-1"}, ["e-3"]),
        ({"text": "grains glass"}, []),
        ({"text": "ADA@lab e-3"}, ["e-3"]),
        ({"visible": Seen()}, []),
        ({"visible": Seen(projects=None)}, ["e-3", "e-1"]),
        ({"visible": Seen(projects=None, restricted=None)}, ["e-3", "e-2", "e-1"]),
        ({"visible": Seen(projects=frozenset({"steel"}))}, ["e-1"]),
        ({"visible": Seen(restricted=frozenset({"steel"}))}, ["e-2", "e-1"]),
        ({"visible": Seen(own="ada@lab")}, ["e-3", "e-2", "e-1"]),
        ({"visible": Seen(experiments=frozenset({"e-2", "e-3"}))}, ["e-3"]),
    ],
)
def test_a_list_holds_what_was_asked_for_and_may_be_seen(many, wanted, found):
    assert [row.id for row in many.experiments.list(**wanted)] == found


def test_an_edit_is_written_down_and_finds_its_new_words(many):
    row = many.experiments.get("e-3")
    edit = ExperimentEdit(restricted=True, instrument="")
    edited = many.experiments.edit("e-3", row.version, edit, actor="bob")
    assert (edited.restricted, edited.version) == (True, row.version + 1)
    assert many.audit.list(subject="e-3")[0].detail == {
        "changed": [{"field": "restricted", "old": False, "new": True}]
    }
    assert many.audit.list(subject="e-3")[0].action == "experiment-shared"
    with pytest.raises(Conflict, match="at version"):
        many.experiments.edit("e-3", row.version, ExperimentEdit(restricted=False), actor="eve")
    assert many.experiments.edit("e-3", edited.version, ExperimentEdit(), actor="eve") == edited


def test_an_instrument_that_nobody_knows_is_not_found_and_one_can_be_taken_away(many):
    row = many.experiments.get("e-1")
    with pytest.raises(NotFound, match="instrument"):
        many.experiments.edit("e-1", row.version, ExperimentEdit(instrument="x"), actor="ada")
    edit = ExperimentEdit(instrument="")
    assert many.experiments.edit("e-1", row.version, edit, actor="ada").instrument is None


def test_a_title_changes_until_the_deposit_is_closed(many, lab):
    place, titles = many.experiments.place("e-1")
    row = many.deposits.draft(
        place.model_copy(update={"experiment": "e-9"}), titles, depositor="ada"
    )
    edited = many.experiments.edit("e-9", row.version, ExperimentEdit(title="New"), actor="ada")
    assert edited.title == "New"
    assert [found.id for found in many.experiments.list(text="new")] == ["e-9"]
    with pytest.raises(Conflict, match="sealed in the manifest"):
        many.experiments.edit("e-1", 2, ExperimentEdit(title="New"), actor="ada")


def test_of_edits_at_once_one_wins(many):
    barrier, outcomes = threading.Barrier(4), []

    def edit() -> None:
        barrier.wait()
        try:
            many.experiments.edit("e-3", 1, ExperimentEdit(instrument="titan"), actor="ada")
            outcomes.append("won")
        except Conflict:
            outcomes.append("told")

    run_together(edit, 4)
    assert sorted(outcomes) == ["told"] * 3 + ["won"]
