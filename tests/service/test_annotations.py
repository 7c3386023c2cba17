"""Annotations that change after the seal: every version is kept, and processed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emfair.errors import Conflict, NotFound
from emfair.model.annotations import Annotations
from emfair.model.deposits import Whereto
from emfair.model.states import ExperimentState
from emfair.service.annotations import annotate, process_again
from emfair.service.chain.fail import fail
from emfair.service.deposits import draft
from tests.service.deposited import (
    NOTES,
    OTHER,
    check_whole,
    documents,
    experiments,
    outbox,
    request,
    with_lake,
)
from tests.service.lab import COMPLETE, deposit, someone
from tests.service.stores import Countdown, Killed, Tapped


def die_at(operation: str) -> Callable[[str, str], None]:
    def die(name: str, _: str) -> None:
        if name == operation:
            raise Killed

    return die


def test_other_annotations_for_the_same_files_are_a_new_version_and_a_new_run(services, session):
    first = deposit(services, request(session))
    again = deposit(services, request(session, notes=OTHER))
    assert (again.place, again.already_there, again.reannotated) == (first.place, True, True)
    check_whole(services, first.place, session, OTHER)
    kinds, keys = zip(*outbox(services), strict=True)
    assert kinds == ("deposit-sealed", "annotations-changed")
    assert len(set(keys)) == 2


def test_annotations_changed_and_changed_back_are_three_runs(services, session):
    for notes in (NOTES, OTHER, NOTES):
        place = deposit(services, request(session, notes=notes)).place
    check_whole(services, place, session, NOTES)
    assert len({key for _, key in outbox(services)}) == 3


def test_a_deposit_again_without_annotations_changes_none(services, session):
    deposit(services, request(session))
    again = deposit(services, request(session, notes=Annotations()))
    assert not again.reannotated
    check_whole(services, again.place, session, NOTES)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_while_annotations_change_loses_no_version_in_the_lake(services, session, when):
    place = deposit(services, request(session)).place

    def die(name: str, key: str) -> None:
        if name == "put_bytes":
            raise Killed

    with pytest.raises(Killed):
        deposit(
            with_lake(services, Tapped(services.lake, **{when: die})), request(session, notes=OTHER)
        )
    third = Annotations.model_validate(COMPLETE | {"description": "third"})
    deposit(services, request(session, notes=third))
    assert sorted(documents(services, place)) == [1, 2, 3]
    check_whole(services, place, session, third)


def test_a_version_that_a_kill_left_out_of_the_lake_comes_with_the_next(services, session):
    place = deposit(services, request(session)).place
    sick = with_lake(services, Tapped(services.lake, before=die_at("put_bytes")))
    with pytest.raises(Killed):
        annotate(someone(sick, "bob"), place.experiment, OTHER, expected_version=1, reason="2nd")
    assert sorted(documents(services, place)) == [1]
    annotate(someone(services, "bob"), place.experiment, NOTES, expected_version=2, reason="3rd")
    assert sorted(documents(services, place)) == [1, 2, 3]
    check_whole(services, place, session, NOTES)


def test_annotating_says_who_and_why_and_refuses_what_someone_else_changed(services, session):
    place = deposit(services, request(session)).place
    annotate(someone(services, "bob"), place.experiment, OTHER, expected_version=1, reason="typo")
    newest = services.registry.annotations.versions(place.experiment)[0]
    assert (newest.version, newest.author, newest.reason) == (2, "local:bob", "typo")
    with pytest.raises(Conflict, match="version 2"):
        annotate(someone(services, "eve"), place.experiment, NOTES, expected_version=1, reason="")
    check_whole(services, place, session, OTHER)


def test_words_for_a_deposit_that_is_not_sealed_are_sealed_with_it(services, session):
    with pytest.raises(Killed):
        deposit(with_lake(services, Tapped(services.lake, before=Countdown(0))), request(session))
    (experiment,) = experiments(services)
    annotate(someone(services, "bob"), experiment, OTHER, expected_version=1, reason="meanwhile")
    assert outbox(services) == []
    done = deposit(services, request(session, notes=Annotations()))
    assert done.place.experiment == experiment
    check_whole(services, done.place, session, OTHER)
    assert len(outbox(services)) == 1


def test_an_experiment_that_is_not_there_cannot_be_annotated(services):
    with pytest.raises(NotFound, match="no such experiment"):
        annotate(someone(services, "ada"), "e-nope", NOTES, expected_version=1, reason="")


def test_what_has_failed_is_processed_again_as_it_is(services, session):
    place = deposit(services, request(session)).place
    bob = someone(services, "bob")
    with pytest.raises(Conflict, match="waits for its processing"):
        process_again(bob, place.experiment, reason="too early")
    fail(services, place.experiment, "the disk was full")
    row = process_again(bob, place.experiment, reason="there is space now")
    assert row.state is ExperimentState.SEALED
    check_whole(services, place, session, NOTES)
    (_, first), (_, second) = outbox(services)
    assert first != second, "Dagster drops a key that it has seen"
    (newest, *_) = services.registry.annotations.history(place.experiment)
    assert (newest.author, newest.reason, newest.changes) == (
        "local:bob", "there is space now", ()
    )  # fmt: skip


def test_what_has_no_files_is_not_processed_again(services):
    ada = someone(services, "ada")
    row = draft(ada, Whereto("Steel", "2026-A", "Lamella", "Night"))
    with pytest.raises(Conflict, match="or for files"):
        process_again(ada, row.id, reason="why not")
