"""What has changed of late, and how far deposits are."""

from __future__ import annotations

from datetime import timedelta

from emfair.model.states import ExperimentState as S
from emfair.registry.changes import Arrived
from tests.registry.seen import Seen


def test_changes_are_told_in_the_order_they_came_to_who_may_see(lab):
    steel, glass = lab.sealed("a.dm4"), lab.sealed("a.dm4", project="glass")
    changes = lab.registry.changes
    begin = min(steel.updated_at, glass.updated_at)
    assert [row.id for row in changes.since(begin)] == [steel.id, glass.id]
    moved = lab.registry.experiments.set_state(steel.id, S.PROCESSING)
    assert [row.id for row in changes.since(begin)] == [glass.id, steel.id]
    assert changes.since(moved.updated_at)[-1] == moved
    assert changes.since(moved.updated_at + timedelta(microseconds=1)) == ()
    assert [row.id for row in changes.since(begin, limit=1)] == [glass.id]
    only = Seen(projects=frozenset({"glass"}))
    assert [row.id for row in changes.since(begin, visible=only)] == [glass.id]


def test_experiments_are_looked_up_many_at_once(lab):
    row = lab.sealed("a.dm4")
    (found,) = lab.registry.changes.of([row.id, row.id, *(f"e-{n}" for n in range(1200))])
    assert found == lab.registry.experiments.get(row.id)
    assert lab.registry.changes.of([]) == ()


def test_files_are_counted_while_a_deposit_is_in_progress(lab):
    opened, done = lab.open("a.dm4", "b.dm4"), lab.sealed("a.dm4", title="Done")
    experiment = opened.place.experiment
    arrived = lab.registry.changes.arrived
    assert arrived([experiment, done.id, "e-none"]) == {experiment: Arrived(0, 2)}
    (first, _) = lab.registry.uploads.of(experiment)
    lab.registry.uploads.finish(first.id, first.sha256 or "0" * 64)
    assert arrived([experiment]) == {experiment: Arrived(1, 2)}
