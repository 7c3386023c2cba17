"""First step: the raw bytes against the manifest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emfair.errors import Conflict, FixityMismatch
from emfair.lake import layout
from emfair.model.states import ExperimentState
from emfair.service.chain.fail import fail
from emfair.service.chain.receive import receive
from tests.service.lab import Lab, damage
from tests.service.stores import Countdown, Killed, Tapped

S = ExperimentState


def test_a_flipped_bit_in_a_raw_file_fails_with_its_name(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    damage(lab, layout.raw_file(place, "test-2.dm3"))
    with pytest.raises(FixityMismatch, match=r"1 raw file.*: test-2\.dm3\. Restore") as caught:
        receive(lab.services, place.experiment, run="test")
    fail(lab.services, place.experiment, str(caught.value))
    row = lab.row(place.experiment)
    assert row.state is S.FAILED
    assert "test-2.dm3" in row.state_reason
    assert lab.services.registry.experiments.pending() == (row,)


def test_a_raw_file_that_is_gone_fails_with_its_name(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    lab.services.lake.delete(layout.raw_file(place, "test-1.dm3"))
    with pytest.raises(FixityMismatch, match=r"test-1\.dm3"):
        receive(lab.services, place.experiment, run="test")


def test_a_check_by_hand_of_what_was_processed_leaves_its_state(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    receive(lab.services, place.experiment, run="first")
    assert lab.row(place.experiment).state is S.PROCESSING
    lab.process(place.experiment)
    receive(lab.services, place.experiment, run="by hand")
    assert lab.row(place.experiment).state is S.VALID


def test_annotations_that_a_killed_process_left_out_of_the_lake_are_put_there(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    key = layout.annotation_document(place, 1)
    document = lab.services.lake.read_bytes(key)
    lab.services.lake.delete(key)
    receive(lab.services, place.experiment, run="test")
    assert lab.services.lake.read_bytes(key) == document


@pytest.mark.parametrize("state", [S.UPLOADING, S.TOMBSTONED])
def test_an_experiment_that_is_not_there_to_be_processed_is_refused(lab, state):
    cut = replace(lab.services, lake=Tapped(lab.services.lake, before=Countdown(0)))
    if state is S.UPLOADING:
        with pytest.raises(Killed):
            Lab(cut, lab.corpus).deposit(lab.file("test-1.dm3"))
        (row,) = lab.services.registry.experiments.list()
    else:
        row = lab.row(lab.deposit(lab.file("test-1.dm3")).place.experiment)
        lab.process(row.id)
        lab.services.registry.experiments.set_state(row.id, S.TOMBSTONED)
    with pytest.raises(Conflict, match=f"cannot go from {state.value}"):
        receive(lab.services, row.id, run="test")
    fail(lab.services, row.id, "refused")
    assert lab.row(row.id).state is state
