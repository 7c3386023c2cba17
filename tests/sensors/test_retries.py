"""What failed for a passing reason is tried again after 1, 6 and 24 hours; bad data never are."""

from __future__ import annotations

import errno
from datetime import timedelta

import pytest
from dagster import DagsterInstance, DagsterRunStatus, job, op
from dagster._core.errors import DagsterExecutionInterruptedError
from hypothesis import given
from hypothesis import strategies as st

from emfair.errors import BadCall, BadData, Busy, FixityMismatch, NotFound, Unavailable
from emfair.lake import layout
from emfair.model.states import ExperimentState as S
from emfair.service.chain.fail import REASON_LIMIT
from emfair_assets.endings import FAILURE, KILLED, LATER, TRY, note_ending, passing
from emfair_assets.failures import PAUSES, failures
from sensors.failures import told
from sensors.retries import AT_ONCE, FailedRun, retries, worth_trying
from tests.emfair_assets.ground import QUIET, Ground
from tests.service.clock import Clock
from tests.service.lab import open_lab

HOUR = timedelta(hours=1)
MOMENT = timedelta(minutes=1)


def test_the_pauses_grow_and_the_last_one_ends_it():
    assert LATER == (HOUR, 6 * HOUR, 24 * HOUR)
    assert sum(PAUSES) < LATER[0].total_seconds()


def test_only_a_sick_store_and_a_killed_process_pass():
    assert {"Unavailable", "Busy", KILLED} <= set(passing())
    for kind in (BadData, FixityMismatch, BadCall, NotFound, ZeroDivisionError):
        assert kind.__name__ not in passing()


# --- which runs are tried again, which is pure


@given(
    failed=st.lists(
        st.builds(FailedRun, st.sampled_from("abc"), st.sampled_from(["e-1", "e-2"]), st.just(0))
    ),
    newest=st.dictionaries(st.sampled_from(["e-1", "e-2"]), st.sampled_from("abc")),
    states=st.dictionaries(st.sampled_from(["e-1", "e-2"]), st.sampled_from(list(S))),
)
def test_only_a_run_whose_word_still_stands_is_tried_again(failed, newest, states):
    chosen = worth_trying(failed, newest, states)
    for one in failed:
        stands = newest.get(one.experiment) == one.run and states.get(one.experiment) is S.FAILED
        assert (one in chosen) == stands


# --- the sensor, on a real Dagster


def test_a_killed_run_is_tried_again_after_an_hour_and_not_before(house):
    experiment = house.sealed()
    run = house.killed(experiment)
    assert house.asked(retries) == []
    house.clock.passes(HOUR - MOMENT)
    assert house.asked(retries) == []
    house.clock.passes(2 * MOMENT)
    (again,) = house.asked(retries)
    assert (again.partition_key, again.run_key) == (experiment, f"again:{run}")
    assert again.tags[TRY] == "1"
    assert house.asked(retries) == [], "once is enough"


def test_after_three_more_times_it_is_left_failed(house):
    experiment, tags, pauses = house.sealed(), {}, []
    for _ in range(5):
        house.killed(experiment, tags)
        for hours in (1, 6, 24):
            house.clock.time = Clock().time + hours * HOUR + MOMENT
            if asked := house.asked(retries):
                pauses.append(hours)
                tags = {TRY: asked[0].tags[TRY]}
                break
    assert pauses == [1, 6, 24]
    assert house.state(experiment) is S.FAILED
    reason = house.services.registry.experiments.get(experiment).state_reason
    assert "by itself" not in reason


def test_its_reason_says_when_it_is_tried_again(house):
    experiment = house.sealed()
    for tries, hours in enumerate((1, 6, 24)):
        house.killed(experiment, {TRY: str(tries)})
        reason = house.services.registry.experiments.get(experiment).state_reason
        assert reason == f"The process was killed. It is tried again by itself in {hours} h."


def test_what_someone_else_has_begun_or_ended_since_is_left_alone(house):
    newer, withdrawn, processed = (house.sealed(number) for number in range(3))
    for experiment in (newer, withdrawn, processed):
        house.killed(experiment)
    house.run(newer, DagsterRunStatus.STARTED)
    experiments = house.services.registry.experiments
    version = experiments.get(withdrawn).version
    house.services.registry.withdrawals.withdraw(withdrawn, version, actor="a", reason="no")
    experiments.set_state(processed, S.PROCESSING)
    experiments.set_state(processed, S.VALID, processed_key="k")
    house.clock.passes(2 * HOUR)
    assert house.asked(retries) == []


def test_a_flood_is_taken_in_portions_and_none_is_left_out(house):
    experiments = [house.sealed(number) for number in range(AT_ONCE + 20)]
    for experiment in experiments:
        house.killed(experiment)
    house.clock.passes(2 * HOUR)
    first, second, third = (house.asked(retries) for _ in range(3))
    assert (len(first), len(second), third) == (AT_ONCE, 20, [])
    assert sorted(one.partition_key for one in [*first, *second]) == sorted(experiments)


def test_a_strange_cursor_is_refused_with_what_to_do(house):
    house.cursor = "42"
    with pytest.raises(BadCall, match="Reset the sensor's cursor"):
        house.look(retries)


# --- what a failure is called, from real runs


def ended(error: BaseException, tried: int = len(PAUSES)) -> str:
    """Let a step end with an error; return what its run is remembered by."""

    @op
    def fails() -> None:
        with failures(tried):
            raise error

    @job
    def night() -> None:
        fails()

    with DagsterInstance.ephemeral() as instance:
        result = night.execute_in_process(instance=instance, raise_on_error=False, run_config=QUIET)
        note_ending(instance, result.dagster_run, result.filter_events(lambda e: e.is_step_failure))
        return instance.get_run_by_id(result.run_id).tags[FAILURE]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Unavailable("did not answer."), "Unavailable"),
        (Busy("too many ask."), "Busy"),
        (OSError(errno.ENOSPC, "full", "/scratch"), "Unavailable"),
        (FixityMismatch("Unavailable: the words say nothing."), "FixityMismatch"),
        (BadCall("wrong."), "BadCall"),
        (ZeroDivisionError(), "ZeroDivisionError"),
        (DagsterExecutionInterruptedError(), KILLED),
    ],
)
def test_a_failure_is_called_by_its_errors_name_not_by_its_words(error, kind):
    assert ended(error) == kind


def test_bad_data_say_no_word_of_another_time(corpus, tmp_path):
    with open_lab(tmp_path / "lab", corpus) as lab, DagsterInstance.ephemeral() as instance:
        place = lab.deposit(lab.file("test-1.dm3")).place
        lab.services.lake.delete(layout.raw_file(place, "test-1.dm3"))
        result = Ground(lab, instance).run(place.experiment)
        failed = result.filter_events(lambda event: event.is_step_failure)
        assert note_ending(instance, result.dagster_run, failed) is None
        assert told("It is broken.", None) == "It is broken."


def test_a_long_reason_leaves_room_for_what_happens_next():
    said = told("x" * 5000, HOUR)
    assert len(said) == REASON_LIMIT
    assert said.endswith("It is tried again by itself in 1 h.")
