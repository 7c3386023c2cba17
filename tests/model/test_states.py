"""An experiment's states and the ways between them."""

from itertools import pairwise

import pytest

from emfair.errors import Conflict
from emfair.model.findings import Verdict
from emfair.model.states import ExperimentState, check_transition

S = ExperimentState


def allowed(old: S, new: S) -> bool:
    try:
        check_transition(old, new, "e-1")
    except Conflict:
        return False
    return True


def test_the_way_of_an_experiment_that_goes_well():
    way = [S.DRAFT, S.UPLOADING, S.SEALED, S.PROCESSING, S.VALID, S.PUBLISHED]
    assert all(allowed(old, new) for old, new in pairwise(way))


def test_only_what_is_valid_is_published():
    assert [state for state in S if allowed(state, S.PUBLISHED)] == [S.VALID]


def test_a_tombstone_is_final():
    assert not any(allowed(S.TOMBSTONED, state) for state in S)


def test_what_is_published_takes_no_more_files():
    assert not allowed(S.PUBLISHED, S.UPLOADING)


def test_every_state_can_be_reached_and_left():
    for state in S:
        assert state is S.DRAFT or any(allowed(old, state) for old in S if old is not state)
        assert state is S.TOMBSTONED or any(allowed(state, new) for new in S if new is not state)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_is_a_state(verdict):
    assert allowed(S.PROCESSING, S(verdict.value))


def test_a_refusal_names_the_experiment_and_the_ways_there_are():
    with pytest.raises(Conflict, match="cannot go from draft to valid") as caught:
        check_transition(S.DRAFT, S.VALID, "e-1")
    assert caught.value.subject == "e-1"
    assert "tombstoned, uploading" in caught.value.remedy


@pytest.mark.parametrize("state", [S.SEALED, S.PROCESSING])
def test_what_waits_for_processing_says_when_it_takes_more_files(state):
    with pytest.raises(Conflict, match="takes no files until it has been processed") as caught:
        check_transition(state, S.UPLOADING, "e-1")
    assert "Announce them then (`emfair process`" in caught.value.remedy
