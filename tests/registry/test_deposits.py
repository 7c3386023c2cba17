"""Deposits: opened by many, resumed, sealed once, edited."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from emfair.errors import BadCall, Conflict, NotFound
from emfair.model.states import ExperimentState as S
from emfair.registry import open_registry


def test_a_new_deposit_waits_for_all_its_files(lab):
    opened = lab.open("b.dm4", "a.dm4", experiment="e-7")
    assert opened.place.experiment == "e-7"
    assert opened.todo == ("a.dm4", "b.dm4")
    assert not opened.already_sealed
    row = lab.registry.experiments.get("e-7")
    assert (row.state, row.version, row.run_key, row.depositor) == (S.UPLOADING, 1, None, "ada@lab")


def test_a_deposit_interrupted_half_way_resumes(lab):
    first = lab.open("a.dm4", "b.dm4")
    lab.registry.deposits.file_done(first.place.experiment, "a.dm4")
    again = lab.open("b.dm4", "a.dm4")
    assert again.place == first.place
    assert again.todo == ("b.dm4",)


def test_a_file_that_arrives_twice_is_no_error(lab):
    opened = lab.open("a.dm4", "b.dm4")
    for _ in range(2):
        lab.registry.deposits.file_done(opened.place.experiment, "a.dm4")
    assert lab.open("a.dm4", "b.dm4").todo == ("b.dm4",)


def test_an_arriving_file_shows_that_the_upload_is_alive(lab):
    opened = lab.open("a.dm4", "b.dm4")
    before = lab.registry.experiments.get(opened.place.experiment)
    lab.registry.deposits.file_done(opened.place.experiment, "a.dm4")
    after = lab.registry.experiments.get(opened.place.experiment)
    assert after.updated_at > before.updated_at
    assert after.version == before.version


def test_a_file_nobody_announced_is_not_found(lab):
    opened = lab.open("a.dm4")
    with pytest.raises(NotFound, match=r"no file 'z\.dm4'"):
        lab.registry.deposits.file_done(opened.place.experiment, "z.dm4")
    with pytest.raises(NotFound, match="no such experiment"):
        lab.registry.deposits.file_done("e-unknown", "a.dm4")


def test_a_late_word_about_a_sealed_file_is_no_error_but_about_another_it_is(lab):
    row = lab.sealed("a.dm4")
    lab.registry.deposits.file_done(row.id, "a.dm4")
    with pytest.raises(NotFound):
        lab.registry.deposits.file_done(row.id, "z.dm4")
    assert lab.registry.experiments.get(row.id) == row


def test_the_same_files_under_the_same_title_are_sealed_already(lab):
    row = lab.sealed("a.dm4", "b.dm4")
    again = lab.open("b.dm4", "a.dm4")
    assert again.already_sealed
    assert again.todo == ()
    assert again.place.experiment == row.id
    assert sum(lab.registry.experiments.count_by_state().values()) == 1


@pytest.mark.parametrize(
    ("names", "other"),
    [
        (("a.dm4",), {"title": "Another session"}),
        (("b.dm4",), {}),
        (("a.dm4",), {"project": "glass"}),
    ],
    ids=["title", "files", "project"],
)
def test_another_title_file_or_place_is_another_experiment(lab, names, other):
    row = lab.sealed("a.dm4")
    opened = lab.open(*names, **other)
    assert not opened.already_sealed
    assert opened.place.experiment != row.id


def test_what_was_withdrawn_can_be_deposited_again(lab):
    row = lab.sealed("a.dm4")
    lab.registry.experiments.set_state(row.id, S.TOMBSTONED)
    opened = lab.open("a.dm4")
    assert opened.place.experiment != row.id
    assert opened.todo == ("a.dm4",)


def test_an_identifier_is_never_used_for_a_second_deposit(lab):
    lab.open("a.dm4", experiment="e-7")
    with pytest.raises(Conflict, match="belongs to another deposit"):
        lab.open("b.dm4", experiment="e-7", project="glass")
    assert lab.registry.experiments.list(project="glass") == ()


def test_the_first_title_of_a_project_stays(lab):
    lab.open("a.dm4", experiment="e-1")
    place, titles = lab.registry.experiments.place("e-1")
    changed = titles.model_copy(update={"project": "Renamed", "experiment": "Second"})
    opened = lab.registry.deposits.open(
        place.model_copy(update={"experiment": "e-2"}),
        changed,
        depositor="ada@lab",
        files=lab.files("a.dm4"),
    )
    assert opened.titles == titles.model_copy(update={"experiment": "Second"})


@pytest.mark.parametrize(
    "title",
    [
        "Körnung µm 結晶 🔬",
        "'; DROP TABLE experiment; --",
        '"quoted" %s {x} :y \\',
        "\u202eevil",
        "0",
    ],
)
def test_a_title_is_data_whatever_it_looks_like(lab, title):
    names = (f"{title}.dm4", "x'; DELETE FROM upload; --.dm4")
    row = lab.sealed(*names, title=title)
    assert lab.registry.experiments.get(row.id).title == title
    assert lab.open(*names, title=title).already_sealed
    shas = [each.sha256 for each in lab.files(*names)]
    found = lab.registry.experiments.others_with(shas, "e-none")
    assert {path for places in found.values() for _, path in places} == set(names)


def test_a_title_is_the_same_however_its_accents_are_typed(lab):
    row = lab.sealed("a.dm4", title="Ko\u0308rner ")
    assert row.title == "Körner"
    assert lab.open("a.dm4", title="Körner").already_sealed


@pytest.mark.parametrize("title", ["", " \t ", "x" * 501, "nul\x00"])
def test_a_title_that_cannot_be_stored_is_refused_with_its_name(lab, title):
    with pytest.raises(BadCall) as caught:
        lab.open("a.dm4", title=title)
    assert caught.value.subject == "experiment.title"
    assert caught.value.remedy


def test_a_title_of_five_hundred_wide_characters_fits(lab):
    assert lab.open("a.dm4", title="🔬" * 500).titles.experiment == "🔬" * 500


def test_a_deposit_without_files_is_refused(lab):
    place, titles = lab.registry.experiments.place(lab.open("a.dm4").place.experiment)
    with pytest.raises(BadCall, match="at least one file"):
        lab.registry.deposits.open(place, titles, depositor="ada@lab", files=())


def test_a_path_twice_in_one_deposit_is_refused(lab):
    with pytest.raises(BadCall, match="twice"):
        lab.open("a.dm4", "a.dm4")
    assert lab.registry.experiments.list() == ()


def test_sealing_announces_writes_down_and_forgets_the_uploads(lab):
    row = lab.sealed("a.dm4", "b.dm4")
    assert (row.state, row.manifest_version, row.annotations_version) == (S.SEALED, 1, 1)
    assert row.version == 2
    (event,) = lab.registry.outbox.after(0, 10)
    assert (event.kind, event.experiment, event.run_key) == (
        "deposit-sealed",
        row.id,
        f"{row.id}:k1",
    )
    assert row.run_key == event.run_key
    assert [deed.action for deed in lab.registry.audit.list(subject=row.id)] == [
        "deposit-sealed",
        "deposit-opened",
    ]
    (version,) = lab.registry.deposits.annotations(row.id)
    assert (version.version, version.document, version.author) == (1, "{}", "ada@lab")


def test_a_deposit_with_missing_files_is_not_sealed_and_they_are_named(lab):
    names = [f"{number}.dm4" for number in range(8)]
    opened = lab.open(*names)
    lab.registry.deposits.file_done(opened.place.experiment, "0.dm4")
    with pytest.raises(Conflict, match=r"missing: 1\.dm4, .*5\.dm4 and 2 more"):
        lab.seal(opened.place.experiment)
    assert lab.registry.experiments.get(opened.place.experiment).state is S.UPLOADING
    assert lab.registry.outbox.after(0, 10) == []


def test_sealing_again_with_the_same_manifest_changes_nothing(lab):
    row = lab.sealed("a.dm4")
    assert lab.seal(row.id) == row
    assert len(lab.registry.outbox.after(0, 10)) == 1


def test_sealing_again_after_processing_changes_nothing(lab):
    row = lab.sealed("a.dm4")
    lab.registry.experiments.set_state(row.id, S.PROCESSING)
    done = lab.registry.experiments.set_state(row.id, S.VALID, processed_key=row.run_key)
    assert lab.seal(row.id) == done


def test_sealing_again_with_another_manifest_is_a_conflict(lab):
    row = lab.sealed("a.dm4")
    with pytest.raises(Conflict, match="with manifest 1"):
        lab.seal(row.id, manifest=2)


def test_what_was_withdrawn_cannot_be_sealed(lab):
    opened = lab.open("a.dm4")
    lab.arrive(opened)
    lab.registry.experiments.set_state(opened.place.experiment, S.TOMBSTONED)
    with pytest.raises(Conflict, match="tombstoned"):
        lab.seal(opened.place.experiment)


def test_a_seal_that_fails_leaves_nothing_behind(lab):
    opened = lab.open("a.dm4")
    lab.arrive(opened)
    with pytest.raises(BadCall):
        lab.seal(opened.place.experiment, key="k" * 200)
    assert lab.registry.experiments.get(opened.place.experiment).state is S.UPLOADING
    assert lab.registry.deposits.annotations(opened.place.experiment) == ()
    assert lab.seal(opened.place.experiment).state is S.SEALED


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
    newest, first = lab.registry.deposits.annotations(row.id)
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
        lab.registry.deposits.annotations("e-unknown")


def test_threads_that_open_the_same_deposit_get_the_same_experiment(lab):
    barrier = threading.Barrier(8)
    found, errors = [], []

    def deposit() -> None:
        barrier.wait()
        try:
            found.append(lab.open("a.dm4", "b.dm4").place.experiment)
        except Exception as error:  # noqa: BLE001 -- told by the main thread
            errors.append(error)

    run_together(deposit, 8)
    assert errors == []
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(lab.registry.experiments.list()) == 1
    assert len(lab.registry.audit.list()) == 1


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


def test_threads_that_finish_and_seal_at_once_do_not_wait_for_ever(lab):
    names = [f"{number}.dm4" for number in range(12)]
    experiment = lab.open(*names).place.experiment
    errors = []

    def finish() -> None:
        try:
            for name in names:
                lab.registry.deposits.file_done(experiment, name)
            lab.seal(experiment)
        except Exception as error:  # noqa: BLE001 -- told by the main thread
            errors.append(error)

    run_together(finish, 4)
    assert errors == []
    assert len(lab.registry.outbox.after(0, 10)) == 1


def run_together(work, count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


DEPOSIT = """
import sys
from datetime import UTC, datetime
from emfair.model.manifest import Place, RawFile, Titles
from emfair.registry import open_registry

url, experiment = sys.argv[1:]
with open_registry(url) as registry:
    opened = registry.deposits.open(
        Place(project="p", proposal="q", sample="s", experiment=experiment),
        Titles(project="P", proposal="Q", sample="S", experiment="E"),
        depositor="ada",
        files=[
            RawFile(name="a", path="a", size=1, sha256="0" * 64, modified_at=datetime.now(UTC))
        ],
    )
    print(opened.place.experiment)
"""


def test_processes_that_open_a_new_registry_and_the_same_deposit_agree(url):
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", DEPOSIT, url, f"e-{number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(6)
    ]
    said = [process.communicate(timeout=60) for process in processes]
    assert [error for _, error in said] == [""] * 6
    assert len({answer for answer, _ in said}) == 1
    with open_registry(url) as registry:
        assert len(registry.experiments.list()) == 1
