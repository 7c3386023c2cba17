"""The end of a run that failed."""

from __future__ import annotations

from emfair.model.states import ExperimentState
from emfair.service.chain.fail import fail

S = ExperimentState


def test_a_failed_experiment_is_mended_by_another_run(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    fail(lab.services, place.experiment, "the store burnt")
    lab.process(place.experiment)
    assert (lab.row(place.experiment).state, lab.row(place.experiment).state_reason) == (
        S.VALID,
        "",
    )


def test_a_reason_as_long_as_a_book_is_cut(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    fail(lab.services, place.experiment, "x" * 10_000)
    assert len(lab.row(place.experiment).state_reason) == 2000
