"""One damaged file spoils no session: it is set aside, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from emfair.errors import BadAnnotations, Conflict, NotFound, Outdated
from emfair.model.annotations import Annotations
from emfair.model.states import ExperimentState
from emfair.service.annotations import current
from emfair.service.chain.index import published
from emfair.service.documents import read_manifest
from emfair.service.rebuild import rebuild
from emfair.service.setting_aside import files_aside, set_aside, take_back
from tests.service.deposited import outbox, request
from tests.service.lab import deposit, keys, rules, someone

S = ExperimentState


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "broken.dm3"
    file.write_bytes(b"no microscope wrote this" * 30)
    return file


def said(services, experiment):
    """Return what is said of single files, by the keys that stand in the document."""
    notes, _ = current(services, experiment)
    return {key: one.model_dump(exclude_defaults=True) for key, one in notes.files.items()}


def test_an_experiment_is_valid_once_its_damaged_file_is_set_aside_and_not_when_it_is_back(
    lab, broken
):
    place = lab.deposit(lab.file("test-1.dm3"), broken).place
    experiment, services = place.experiment, lab.services
    lab.process(experiment)
    assert lab.row(experiment).state is S.INVALID
    ada = someone(services)
    row = set_aside(
        ada, experiment, ["broken.dm3"], because="the disk was full", expected_version=1
    )
    assert row.state is S.SEALED
    lab.process(experiment)
    assert lab.row(experiment).state is S.VALID
    assert rules(lab.conversion(place)) == {"broken.dm3": "set-aside"}
    assert [one.file for one in lab.conversion(place).measurements] == ["test-1.dm3"]
    assert "broken.dm3" in {file.name for file in read_manifest(services, place, 1).files}
    assert "broken.dm3" in keys(lab, place, "raw/files"), "the raw file stays"
    assert rebuild(services, experiment).is_same
    index = published(services, experiment)["files"]
    assert set(index.column("status").to_pylist()) == {"read", "set aside"}
    take_back(ada, experiment, ["broken.dm3"], expected_version=2)
    lab.process(experiment)
    assert lab.row(experiment).state is S.INVALID
    assert said(services, experiment) == {}
    kinds = [kind for kind, _ in outbox(services)]
    assert kinds == ["deposit-sealed", "annotations-changed", "annotations-changed"]
    assert len({key for _, key in outbox(services)}) == 3, "each is a run of its own"


def test_an_experiment_whose_run_failed_can_have_a_file_set_aside(services, sealed):
    experiments = services.registry.experiments
    experiments.set_state(sealed.experiment, S.FAILED, reason="out of memory")
    row = set_aside(
        someone(services), sealed.experiment, ["a b.dm3"], because="too large", expected_version=1
    )
    assert row.state is S.SEALED


def test_who_set_it_aside_and_when_stays_told_while_others_say_something_else(services, sealed):
    ada, bob = someone(services, "ada"), someone(services, "bob")
    set_aside(ada, sealed.experiment, ["a b.dm3"], because="cut off", expected_version=1)
    row = services.registry.experiments.get(sealed.experiment)
    (first,) = files_aside(services, row)
    assert (first.file, first.because, first.by) == ("a b.dm3", "cut off", "local:ada")
    set_aside(bob, sealed.experiment, ["a b.dm3"], because="cut off", expected_version=2)
    assert files_aside(services, row) == (first,), "the same once more changes nothing"
    set_aside(bob, sealed.experiment, ["a b.dm3"], because="blurred", expected_version=2)
    (second,) = files_aside(services, row)
    assert (second.because, second.by) == ("blurred", "local:bob")
    take_back(bob, sealed.experiment, ["a b.dm3"], expected_version=3)
    assert files_aside(services, row) == ()


def test_the_audit_log_says_who_did_it_to_which_file_and_why(services, sealed):
    ada = someone(services)
    set_aside(ada, sealed.experiment, ["a b.dm3"], because="cut off", expected_version=1)
    deed = services.registry.audit.list(limit=1)[0]
    assert (deed.action, deed.actor) == ("annotations-changed", "local:ada")
    assert deed.detail["reason"] == "a b.dm3 is set aside: cut off"


@pytest.mark.parametrize("because", ["", "  ", "x" * 2001])
def test_why_must_be_said(services, sealed, because):
    with pytest.raises(BadAnnotations):
        set_aside(
            someone(services), sealed.experiment, ["a b.dm3"], because=because, expected_version=1
        )


def test_what_is_not_there_cannot_be_set_aside_nor_what_someone_has_changed(services, sealed):
    ada = someone(services)
    with pytest.raises(NotFound, match="no such file"):
        set_aside(ada, sealed.experiment, ["b.dm3"], because="x", expected_version=1)
    with pytest.raises(Outdated):
        set_aside(ada, sealed.experiment, ["a b.dm3"], because="x", expected_version=7)


def test_nothing_of_what_is_published_is_set_aside(services, sealed):
    experiments = services.registry.experiments
    for state in (S.PROCESSING, S.VALID, S.PUBLISHED):
        experiments.set_state(sealed.experiment, state)
    with pytest.raises(Conflict):
        set_aside(
            someone(services), sealed.experiment, ["a b.dm3"], because="x", expected_version=1
        )


def test_namesakes_in_other_folders_stay_and_what_is_said_of_a_file_is_kept(lab, tmp_path):
    for name in ("scan.dm3", "day/scan.dm3"):
        (tmp_path / "s" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "s" / name).write_bytes(name.encode())
    deposited = lab.deposit(tmp_path / "s", files={"scan.dm3": {"title": "grain"}})
    experiment = deposited.place.experiment
    ada = someone(lab.services)
    set_aside(ada, experiment, ["s/scan.dm3"], because="cut off", expected_version=1)
    assert said(lab.services, experiment) == {
        "s/day/scan.dm3": {"title": "grain"},
        "s/scan.dm3": {"title": "grain", "set_aside": "cut off"},
    }
    (one,) = files_aside(lab.services, lab.row(experiment))
    assert one.file == "s/scan.dm3"
    take_back(ada, experiment, ["s/scan.dm3"], expected_version=2)
    assert said(lab.services, experiment)["s/scan.dm3"] == {"title": "grain"}


def test_a_file_in_no_folder_is_set_aside_without_its_namesake_in_one(services, tmp_path):
    (tmp_path / "day").mkdir()
    for name in ("scan.dm3", "day/scan.dm3"):
        (tmp_path / name).write_bytes(name.encode())
    wanted = request(tmp_path / "scan.dm3", tmp_path / "day", notes=Annotations())
    experiment = deposit(services, wanted).place.experiment
    set_aside(someone(services), experiment, ["scan.dm3"], because="cut off", expected_version=1)
    assert said(services, experiment) == {"/scan.dm3": {"set_aside": "cut off"}}
