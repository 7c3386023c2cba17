"""Deposits: opened by many, resumed, sealed once."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from emfair.errors import BadCall, Conflict
from emfair.model.states import ExperimentState as S
from emfair.registry import open_registry
from tests.registry.together import run_together


def test_a_new_deposit_waits_for_all_its_files(lab):
    opened = lab.open("b.dm4", "a.dm4", experiment="e-7")
    assert opened.place.experiment == "e-7"
    assert opened.todo == ("a.dm4", "b.dm4")
    assert not opened.already_sealed
    row = lab.registry.experiments.get("e-7")
    assert (row.state, row.version, row.run_key, row.depositor) == (S.UPLOADING, 1, None, "ada@lab")


def test_the_same_files_under_the_same_title_are_sealed_already(lab):
    row = lab.sealed("a.dm4", "b.dm4")
    again = lab.open("b.dm4", "a.dm4")
    assert again.already_sealed
    assert again.todo == ()
    assert again.place.experiment == row.id
    assert sum(lab.registry.standings.counts().values()) == 1


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
    (version,) = lab.registry.annotations.versions(row.id)
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
    assert lab.registry.annotations.versions(opened.place.experiment) == ()
    assert lab.seal(opened.place.experiment).state is S.SEALED


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
    assert [deed.action for deed in lab.registry.audit.list()] == [
        "deposit-opened",
        "sample-created",
        "proposal-created",
        "project-created",
    ]


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
