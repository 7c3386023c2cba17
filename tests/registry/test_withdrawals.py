"""Deposits that nobody finishes, and experiments that are withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emfair.errors import BadCall, Conflict
from emfair.model.states import ExperimentState as S
from emfair.registry import NewFile

TIME = datetime(2026, 1, 20, 8, tzinfo=UTC)
LATER = [NewFile("z.dm4", "z.dm4", 1, TIME)]


def done(lab, experiment: str, state: S) -> None:
    row = lab.registry.experiments.set_state(experiment, S.PROCESSING)
    lab.registry.experiments.set_state(experiment, state, processed_key=row.run_key)


def give_up(lab, experiment: str, run_key: str | None = None):
    return lab.registry.withdrawals.give_up(
        experiment, actor="ada", reason="not touched for a week", run_key=run_key
    )


def test_what_nobody_touches_is_stale_and_what_is_alive_is_not(lab, clock):
    lab.sealed("sealed.dm4")
    first, second = lab.open("a.dm4").place.experiment, lab.open("b.dm4").place.experiment
    clock.time += timedelta(days=8)
    (upload,) = lab.registry.uploads.of(second)
    lab.registry.uploads.touch(upload.id)
    stale = lab.registry.withdrawals.stale(clock.time - timedelta(days=7))
    assert [one.row.id for one in stale] == [first]
    assert lab.registry.withdrawals.count_stale(clock.time - timedelta(days=7)) == 1
    assert lab.registry.withdrawals.stale(TIME) == ()
    assert lab.registry.withdrawals.count_stale(TIME) == 0


def test_what_is_stale_says_when_it_was_touched_last_the_oldest_first(lab, clock):
    sent, draft = (lab.open(*names).place.experiment for names in (("a", "b"), ("c",)))
    clock.time += timedelta(days=1)
    _, second = lab.registry.uploads.of(sent)
    lab.registry.uploads.touch(second.id)
    touched = clock.time
    stale = lab.registry.withdrawals.stale(clock.time + timedelta(days=7))
    began = lab.registry.experiments.get(draft).updated_at
    assert [(one.row.id, one.touched_at) for one in stale] == [(draft, began), (sent, touched)]


def test_a_first_deposit_given_up_leaves_a_tombstone_and_names_its_files(lab):
    opened = lab.open("a.dm4", "b.dm4").place.experiment
    assert [row.path for row in give_up(lab, opened)] == ["a.dm4", "b.dm4"]
    row = lab.registry.experiments.get(opened)
    assert (row.state, row.state_reason) == (S.TOMBSTONED, "not touched for a week")
    assert lab.registry.uploads.of(opened) == ()
    assert lab.open("a.dm4", "b.dm4").place.experiment != opened
    assert lab.registry.audit.list(subject=opened)[0].action == "deposit-given-up"
    with pytest.raises(Conflict, match="no deposit is in progress"):
        give_up(lab, opened)


def test_what_someone_touches_is_not_given_up_for_being_silent(lab, clock):
    opened = lab.open("a.dm4").place.experiment
    (upload,) = lab.registry.uploads.of(opened)
    silent_since = clock.time = clock.time + timedelta(days=15)
    lab.registry.uploads.touch(upload.id)
    give_up = lab.registry.withdrawals.give_up
    with pytest.raises(Conflict, match="was touched at 2026"):
        give_up(opened, actor="emfair", reason="silent", untouched_since=silent_since)
    assert lab.registry.experiments.get(opened).state is S.UPLOADING
    give_up(opened, actor="emfair", reason="silent", untouched_since=clock.time + clock.step)
    assert lab.registry.experiments.get(opened).state is S.TOMBSTONED


def test_only_tombstones_that_never_held_anything_are_told_as_given_up(lab, clock):
    opened, sealed = lab.open("a.dm4").place.experiment, lab.sealed("b.dm4")
    give_up(lab, opened)
    lab.registry.withdrawals.withdraw(sealed.id, sealed.version, actor="ada", reason="no")
    assert [row.id for row in lab.registry.withdrawals.given_up(TIME)] == [opened]
    assert lab.registry.withdrawals.given_up(clock.time + timedelta(days=1)) == ()


def test_what_the_store_still_waits_for_is_known_by_experiment(lab):
    opened = lab.open("a.dm4", "b.dm4").place.experiment
    first, second = lab.registry.uploads.of(opened)
    for row, name in ((first, "mark:one"), (second, "mark:two")):
        lab.registry.uploads.begin(row.id, store_upload=name, part_size=1)
    assert lab.registry.uploads.unfinished([opened, "e-other"]) == {"mark:one", "mark:two"}
    lab.registry.deposits.file_done(opened, first.path)
    assert lab.registry.uploads.unfinished([opened]) == {"mark:two"}
    assert lab.registry.uploads.unfinished(["e-other"]) == frozenset()


def test_a_later_deposit_given_up_leaves_what_was_before(lab):
    row = lab.sealed("a.dm4")
    done(lab, row.id, S.INVALID)
    before = lab.registry.experiments.get(row.id)
    lab.registry.uploads.add(row.id, LATER, actor="ada")
    with pytest.raises(BadCall):
        give_up(lab, row.id)
    give_up(lab, row.id, before.run_key)
    after = lab.registry.experiments.get(row.id)
    assert (after.state, after.content_digest, after.closed_at, after.state_before) == (
        S.INVALID,
        before.content_digest,
        None,
        None,
    )
    assert len(lab.registry.outbox.after(0, 10)) == 1
    assert lab.registry.experiments.pending() == ()


def test_a_later_deposit_given_up_after_it_was_closed_gives_the_content_back(lab):
    row = lab.sealed("a.dm4")
    done(lab, row.id, S.VALID)
    before = lab.registry.experiments.get(row.id)
    (upload,) = lab.registry.uploads.add(row.id, LATER, actor="ada")
    lab.registry.uploads.finish(upload.id, "0" * 64)
    lab.registry.deposits.close(row.id, actor="ada")
    give_up(lab, row.id, before.run_key)
    assert lab.registry.experiments.get(row.id).content_digest == before.content_digest


def test_annotations_that_changed_during_a_deposit_given_up_are_announced(lab):
    row = lab.sealed("a.dm4")
    done(lab, row.id, S.VALID)
    lab.registry.uploads.add(row.id, LATER, actor="ada")
    lab.registry.annotations.draft(row.id, 1, document='{"title":"x"}', author="a", reason="")
    give_up(lab, row.id, f"{row.id}:k2")
    assert lab.registry.experiments.get(row.id).state is S.SEALED
    assert [each.run_key for each in lab.registry.experiments.pending()] == [f"{row.id}:k2"]


def test_an_experiment_is_withdrawn_by_who_has_seen_it_as_it_is(lab):
    row = lab.sealed("a.dm4")
    withdraw = lab.registry.withdrawals.withdraw
    with pytest.raises(Conflict, match="at version 2"):
        withdraw(row.id, 1, actor="ada", reason="wrong sample")
    withdraw(row.id, row.version, actor="ada", reason="wrong sample")
    found = lab.registry.experiments.get(row.id)
    assert (found.state, found.state_reason) == (S.TOMBSTONED, "wrong sample")
    deed = lab.registry.audit.list(subject=row.id)[0]
    assert (deed.action, deed.detail["reason"]) == ("experiment-deleted", "wrong sample")
    with pytest.raises(Conflict, match="final"):
        withdraw(row.id, found.version, actor="ada", reason="again")
