"""Annotations: edited by many, every version kept."""

from __future__ import annotations

import threading

import pytest

from emfair.errors import Conflict, NotFound, Outdated
from emfair.model.states import ExperimentState as S
from emfair.registry import NewFile
from tests.registry.together import run_together


def test_an_edit_makes_a_new_version_and_asks_for_a_new_run(lab):
    row = lab.sealed("a.dm4")
    lab.registry.experiments.set_state(row.id, S.PROCESSING)
    lab.registry.experiments.set_state(row.id, S.NEEDS_INPUT, processed_key=row.run_key)
    edited = lab.annotate(row.id, 1, '{"title":"é"}', "k2")
    assert (edited.state, edited.annotations_version) == (S.SEALED, 2)
    assert [event.kind for event in lab.registry.outbox.after(0, 10)] == [
        "deposit-sealed",
        "annotations-changed",
    ]
    newest, first = lab.registry.annotations.versions(row.id)
    assert (newest.document, newest.author, newest.reason) == (
        '{"title":"é"}',
        "bob@lab",
        "voltage was missing",
    )
    assert first.document == "{}"


def test_an_edit_of_an_old_version_is_a_conflict(lab):
    row = lab.sealed("a.dm4")
    lab.annotate(row.id, 1, '{"title":"x"}', "k2")
    with pytest.raises(Conflict, match="at version 2"):
        lab.annotate(row.id, 1, '{"title":"y"}', "k3")
    assert len(lab.registry.outbox.after(0, 10)) == 2


def test_an_edit_that_changes_nothing_asks_for_no_run(lab):
    row = lab.sealed("a.dm4")
    assert lab.annotate(row.id, 1, "{}", "k1") == row
    assert len(lab.registry.outbox.after(0, 10)) == 1


def test_an_edit_during_a_run_lets_the_run_end_and_stays_pending(lab):
    row = lab.sealed("a.dm4")
    lab.registry.experiments.set_state(row.id, S.PROCESSING)
    assert lab.annotate(row.id, 1, '{"title":"x"}', "k2").state is S.PROCESSING
    lab.registry.experiments.set_state(row.id, S.VALID, processed_key=row.run_key)
    assert [each.run_key for each in lab.registry.experiments.pending()] == [f"{row.id}:k2"]


def test_neither_an_open_nor_a_published_experiment_is_edited(lab):
    opened = lab.open("b.dm4")
    with pytest.raises(Conflict, match="not sealed yet"):
        lab.annotate(opened.place.experiment, 1, "{}", "k2")
    row = lab.sealed("a.dm4")
    for state in (S.PROCESSING, S.VALID, S.PUBLISHED):
        lab.registry.experiments.set_state(row.id, state)
    with pytest.raises(Conflict, match="published"):
        lab.annotate(row.id, 1, '{"title":"x"}', "k2")


def test_an_experiment_nobody_knows_has_no_annotations(lab):
    with pytest.raises(NotFound):
        lab.registry.annotations.versions("e-unknown")


def test_of_edits_at_once_one_wins_and_the_others_are_told(lab):
    row = lab.sealed("a.dm4")
    barrier = threading.Barrier(6)
    outcomes = []

    def edit() -> None:
        name = threading.current_thread().name
        barrier.wait()
        try:
            lab.annotate(row.id, 1, f'{{"title":"{name}"}}', name)
            outcomes.append("won")
        except Conflict:
            outcomes.append("told")

    run_together(edit, 6)
    assert sorted(outcomes) == ["told"] * 5 + ["won"]
    assert lab.registry.experiments.get(row.id).annotations_version == 2
    assert len(lab.registry.outbox.after(0, 10)) == 2


def test_history_says_field_by_field_what_was_replaced_by_whom_and_why(lab):
    row = lab.sealed("a.dm4")
    lab.annotate(row.id, 1, '{"title":"x","sample":{"name":"quartz"}}', "k2")
    lab.annotate(row.id, 2, '{"title":"y","sample":{"name":"quartz"}}', "k3")
    newest, second, first = lab.registry.annotations.history(row.id)
    assert [(change.field, change.old, change.new) for change in newest.changes] == [
        ("title", "x", "y")
    ]
    assert [change.field for change in second.changes] == ["sample.name", "title"]
    assert (newest.version, newest.author, newest.reason) == (3, "bob@lab", "voltage was missing")
    assert newest.created_at > second.created_at
    assert first.changes == ()


def test_during_a_later_deposit_annotations_are_a_draft(lab):
    row = lab.sealed("a.dm4")
    lab.registry.experiments.set_state(row.id, S.PROCESSING)
    lab.registry.experiments.set_state(row.id, S.VALID, processed_key=row.run_key)
    file = NewFile("b.dm4", "b.dm4", 1, row.created_at)
    lab.registry.uploads.add(row.id, [file], actor="ada")
    with pytest.raises(Conflict, match="not sealed yet"):
        lab.annotate(row.id, 1, '{"title":"x"}', "k2")
    lab.registry.annotations.draft(row.id, 1, document='{"title":"x"}', author="a", reason="")
    assert lab.registry.experiments.get(row.id).annotations_version == 2
    assert len(lab.registry.outbox.after(0, 10)) == 1


def test_a_draft_gets_its_context_when_it_is_sealed_and_keeps_it(lab):
    opened = lab.open("a.dm4")
    identifier = opened.place.experiment
    draft(lab, identifier, 0)
    lab.arrive(opened)
    seal(lab, identifier, 1, "what records say")
    (row,) = lab.registry.annotations.versions(identifier)
    assert row.context == "what records say"
    lab.registry.experiments.set_state(identifier, S.PROCESSING)
    lab.registry.experiments.set_state(identifier, S.VALID)
    file = NewFile("b.dm4", "b.dm4", 1, row.created_at)
    (upload,) = lab.registry.uploads.add(identifier, [file], actor="a")
    lab.registry.uploads.finish(upload.id, "0" * 64)
    lab.registry.deposits.close(identifier, actor="a")
    with pytest.raises(Outdated):
        seal(lab, identifier, 1, "something else", manifest=2)
    seal(lab, identifier, 2, "something else", manifest=2)
    assert [one.context for one in lab.registry.annotations.versions(identifier)] == [
        "something else",
        "what records say",
    ]


def test_the_same_document_in_another_context_is_a_version(lab):
    row = lab.sealed("a.dm4")
    for context, version in (("", 1), ("records", 2), ("records", 2), ("other records", 3)):
        present = lab.registry.experiments.get(row.id).annotations_version
        changed = lab.registry.annotations.change(
            row.id, present, document="{}", author="a", reason="", run_key=f"{row.id}:{context}",
            context=context,
        )  # fmt: skip
        assert changed.annotations_version == version
    newest, *_ = lab.registry.annotations.history(row.id)
    assert newest.changes == ()


def draft(lab, identifier, version):
    lab.registry.annotations.draft(
        identifier, version, document="{}", author="a", reason="a beginning"
    )


def seal(lab, identifier, version, context, manifest=1):
    lab.registry.deposits.seal(
        identifier,
        manifest_version=manifest,
        annotations_version=version,
        document="{}",
        author="a",
        run_key=f"{identifier}:k{manifest}",
        context=context,
    )
