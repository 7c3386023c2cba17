"""The stores of this machine as a depository: files come one by one, and again is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from emfair.client.collect import LocalFile, describe
from emfair.errors import BadName, Conflict, FixityMismatch, NotFound, Unauthenticated
from emfair.lake import layout
from emfair.model.deposits import Order, Whereto
from emfair.model.manifest import RawFile
from emfair.model.states import ExperimentState
from emfair.service.access import Access
from emfair.service.depository import LocalDepository
from emfair.service.documents import read_manifest
from tests.service.lab import someone

WHERETO = Whereto("Minerals", "2026-A", "Quartz", "Grain boundaries")


def described(path: Path, name: str = "") -> tuple[Path, RawFile]:
    file = LocalFile(path, name or path.name, path.stat().st_size)
    return path, describe(file, lambda _: None)


@pytest.fixture
def depository(services) -> LocalDepository:
    return LocalDepository(someone(services))


def ignore(_: int) -> None:
    """Hear nothing."""


def test_files_that_come_one_by_one_are_one_sealed_deposit(depository, services, session):
    experiment = depository.draft(WHERETO)
    assert depository.state(experiment).state is ExperimentState.DRAFT
    for path in sorted(session.iterdir()):
        depository.add(experiment, [described(path)], ignore)
    depository.seal(experiment)
    place = services.registry.experiments.get(experiment).place
    manifest = read_manifest(services, place, 1)
    assert [file.name for file in manifest.files] == ["a.dm3", "b.dm3", "notes.txt"]
    for file in manifest.files:
        key = layout.raw_file(place, file.path)
        assert services.lake.read_bytes(key) == (session / file.name).read_bytes()
    standing = depository.state(experiment)
    assert (standing.state, standing.processed) == (ExperimentState.SEALED, False)
    depository.seal(experiment)


def test_a_file_added_again_is_counted_and_not_stored_again(depository, services, session):
    experiment = depository.draft(WHERETO)
    pair = described(session / "a.dm3")
    depository.add(experiment, [pair], ignore)
    (session / "a.dm3").unlink()
    told: list[int] = []
    depository.add(experiment, [pair], told.append)
    assert sum(told) == pair[1].size


def test_other_bytes_that_were_left_in_a_files_place_are_in_nobodys_way(
    depository, services, session
):
    path, file = described(session / "a.dm3")
    opened = depository.open(Order(WHERETO, (file,)))
    key = layout.raw_file(opened.place, file.path)
    services.lake.put_bytes(key, b"of an upload that was taken out")
    depository.send(opened, [(path, file)], ignore)
    depository.seal(opened.place.experiment)
    assert services.lake.read_bytes(key) == path.read_bytes()


def test_a_file_with_other_bytes_is_taken_once_the_first_is_out(depository, services, session):
    experiment = depository.draft(WHERETO)
    depository.add(experiment, [described(session / "a.dm3")], ignore)
    (session / "a.dm3").write_bytes(b"the microscope wrote on")
    with pytest.raises(Conflict, match="other bytes"):
        depository.add(experiment, [described(session / "a.dm3")], ignore)
    depository.remove(experiment, "a.dm3")
    depository.remove(experiment, "a.dm3")
    depository.add(experiment, [described(session / "a.dm3")], ignore)
    place = services.registry.experiments.get(experiment).place
    assert services.lake.read_bytes(layout.raw_file(place, "a.dm3")) == b"the microscope wrote on"


def test_what_a_kill_has_left_of_a_removed_file_is_in_nobodys_way(depository, services, session):
    experiment = depository.draft(WHERETO)
    place = services.registry.experiments.get(experiment).place
    services.lake.put_bytes(layout.raw_file(place, "a.dm3"), b"left over")
    depository.add(experiment, [described(session / "a.dm3")], ignore)
    stored = services.lake.read_bytes(layout.raw_file(place, "a.dm3"))
    assert stored == (session / "a.dm3").read_bytes()


def test_a_file_that_changed_since_it_was_described_is_refused(depository, session):
    experiment = depository.draft(WHERETO)
    pair = described(session / "a.dm3")
    pair[0].write_bytes(b"bytes of b.dm3")
    with pytest.raises(FixityMismatch):
        depository.add(experiment, [pair], ignore)
    with pytest.raises(Conflict):
        depository.seal(experiment)


def test_names_that_fall_together_are_refused(depository, session):
    experiment = depository.draft(WHERETO)
    depository.add(experiment, [described(session / "a.dm3")], ignore)
    with pytest.raises(BadName):
        depository.add(experiment, [described(session / "b.dm3", "A.DM3")], ignore)


def test_an_experiment_has_the_instrument_that_its_draft_names(depository, services):
    with pytest.raises(NotFound):
        depository.draft(WHERETO, instrument="titan")


def test_nobody_in_particular_can_neither_draft_nor_add(depository, services, session):
    experiment = depository.draft(WHERETO)
    nobody = LocalDepository(Access(services, None))
    for call in (
        lambda: nobody.draft(WHERETO),
        lambda: nobody.add(experiment, [described(session / "a.dm3")], ignore),
        lambda: nobody.remove(experiment, "a.dm3"),
        lambda: nobody.seal(experiment),
        lambda: nobody.state(experiment),
    ):
        with pytest.raises((Unauthenticated, NotFound)):
            call()
