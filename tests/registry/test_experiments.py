"""Experiments: pages, states, what is pending."""

from __future__ import annotations

import pytest

from emfair.errors import Conflict, NotFound
from emfair.model.states import ExperimentState as S


def test_an_experiment_nobody_knows_is_not_found_and_says_what_to_do(registry):
    for ask in (registry.experiments.get, registry.experiments.place):
        with pytest.raises(NotFound) as caught:
            ask("'; DROP TABLE experiment; --")
        assert caught.value.remedy


def test_place_and_titles_come_back_as_they_were_given(lab):
    opened = lab.open("a.dm4", title="Müller’s 2nd µ-session")
    assert lab.registry.experiments.place(opened.place.experiment) == (opened.place, opened.titles)
    assert lab.registry.experiments.get(opened.place.experiment).place == opened.place


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


def test_states_are_counted_with_zeros(lab):
    lab.sealed("a.dm4")
    lab.open("b.dm4")
    counts = lab.registry.experiments.count_by_state()
    assert counts == dict.fromkeys(S, 0) | {S.SEALED: 1, S.UPLOADING: 1}


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


def test_a_withdrawn_experiment_is_not_pending(lab):
    lab.registry.experiments.set_state(lab.sealed("a.dm4").id, S.TOMBSTONED)
    assert lab.registry.experiments.pending() == ()
