"""What registry or Dagster has forgotten is put right, bounded, and never twice."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from platform import node
from typing import Any

import pytest
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from hypothesis import given
from hypothesis import strategies as st

from emfair.model.states import ExperimentState as S
from emfair.registry import ExperimentRow
from emfair_assets.holding import OWNER, held, is_held
from emfair_assets.partitions import NAME
from sensors.reconciliation import (
    AT_ONCE,
    EXAMINED,
    LOST,
    PATIENCE,
    TRIES,
    UNFINISHED,
    WALKED,
    plan,
    reconciliation,
    waiting,
)
from sensors.uploads import uploads
from tests.sensors.house import House

MOMENT = timedelta(seconds=1)


def later(house: House, time: timedelta = PATIENCE + MOMENT) -> None:
    house.clock.passes(time)


# --- the plan, which is pure


@pytest.fixture
def row(house) -> ExperimentRow:
    return house.services.registry.experiments.get(house.sealed())


def numbered(row: ExperimentRow, count: int) -> list[ExperimentRow]:
    return [replace(row, id=f"e-{n:05}", run_key=f"e-{n:05}:k") for n in range(count)]


def test_what_waits_for_a_verdict_had_time_for_one_and_did_not_fail(row):
    now = row.updated_at + PATIENCE + MOMENT
    assert waiting([row], now) == [row]
    assert waiting([row], now - MOMENT) == []
    assert waiting([replace(row, processed_key=row.run_key)], now) == []
    assert waiting([replace(row, state=S.FAILED)], now) == []
    assert waiting([replace(row, state=S.PROCESSING, processed_key="old")], now) != []


def test_a_walk_ends_and_begins_anew(row):
    rows = numbered(row, 3)
    assert plan(rows, [], set(), {}).cursor == ""
    assert plan([], [], set(), {}).cursor == ""
    many = numbered(row, WALKED)
    assert plan(many, [], set(), {}).cursor == many[-1].id


def test_a_portion_is_asked_for_and_the_walk_goes_on_behind_it(row):
    rows = numbered(row, AT_ONCE + 50)
    first = plan(rows, rows, {rows[0].id}, {})
    assert list(first.run_keys) == [one.id for one in rows[1 : AT_ONCE + 1]]
    assert first.cursor == rows[AT_ONCE].id
    rest = rows[AT_ONCE + 1 :]
    assert plan(rest, rest, set(), {}).cursor == ""


def test_where_all_are_busy_the_walk_goes_on(row):
    rows = numbered(row, EXAMINED + 50)
    waited = waiting(rows, row.updated_at + PATIENCE + MOMENT)
    assert len(waited) == EXAMINED
    decided = plan(rows, waited, {one.id for one in rows}, {})
    assert (decided.run_keys, decided.cursor) == ({}, waited[-1].id)


def test_runs_that_are_lost_again_and_again_end_it(row):
    decided = plan([row], [row], set(), {row.run_key: TRIES})
    assert (decided.run_keys, decided.hopeless) == ({}, (row.id,))
    assert plan([row], [row], set(), {row.run_key: TRIES - 1}).hopeless == ()


@given(
    busy=st.sets(st.integers(0, 260)),
    pending=st.sets(st.integers(0, 260), max_size=260),
)
def test_a_whole_walk_meets_every_lost_one_once(busy, pending, row_of):
    rows = [row_of(n, n in pending) for n in range(261)]
    names, after, asked = {one.id for one in rows}, "", []
    for _ in range(10):
        page = [one for one in rows if one.id > after]
        waited = [one for one in page if one.run_key != one.processed_key]
        decided = plan(page, waited, {f"e-{n:05}" for n in busy}, {})
        asked += decided.run_keys
        after = decided.cursor
        if not after:
            break
    assert sorted(asked) == sorted(f"e-{n:05}" for n in pending - busy)
    assert set(asked) <= names


@pytest.fixture(scope="module")
def row_of(tmp_path_factory) -> Any:
    from tests.sensors.house import open_house

    with open_house(tmp_path_factory.mktemp("house")) as house:
        plain = house.services.registry.experiments.get(house.sealed())

    def of(number: int, pending: bool) -> ExperimentRow:
        name = f"e-{number:05}"
        return replace(plain, id=name, run_key=name, processed_key=None if pending else name)

    return of


# --- the sensor, on a real registry and a real Dagster


def test_a_run_that_was_lost_is_asked_for_under_a_key_that_dagster_has_not_seen(house):
    experiment = house.sealed()
    (first,) = house.asked(uploads)
    house.cursor = None
    assert house.asked(reconciliation) == [], "it may be on its way"
    later(house)
    (again,) = house.asked(reconciliation)
    assert again.partition_key == experiment
    assert again.run_key != first.run_key
    assert again.run_key.startswith(first.run_key)
    assert again.tags[LOST] == first.run_key
    assert len(again.run_key) <= 63


def test_a_tick_by_hand_in_the_same_hour_makes_no_second_run(house):
    house.sealed()
    later(house, 2 * PATIENCE)
    house.clock.time = house.clock.time.replace(minute=10)
    one = house.asked(reconciliation)
    house.clock.passes(timedelta(minutes=20))
    other = house.asked(reconciliation)
    assert [a.run_key for a in one] == [b.run_key for b in other]
    assert len(one) == 1


def test_queued_runs_are_among_those_that_have_not_ended():
    assert set(UNFINISHED) == set(NOT_FINISHED_STATUSES)


@pytest.mark.parametrize(
    "status", [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.NOT_STARTED]
)
def test_what_a_run_is_at_work_on_or_queued_for_is_left_alone(house, status):
    experiment = house.sealed()
    house.run(experiment, status)
    later(house)
    assert house.asked(reconciliation) == []


@pytest.mark.parametrize("status", [DagsterRunStatus.FAILURE, DagsterRunStatus.SUCCESS])
def test_processing_without_a_living_run_runs_again(house, status):
    experiment = house.sealed()
    house.services.registry.experiments.set_state(experiment, S.PROCESSING)
    house.run(experiment, status)
    later(house)
    assert [one.partition_key for one in house.asked(reconciliation)] == [experiment]


def test_what_failed_was_processed_or_was_withdrawn_is_no_lost_run(house):
    failed, valid, gone = (house.sealed(number) for number in range(3))
    experiments = house.services.registry.experiments
    experiments.set_state(failed, S.FAILED)
    experiments.set_state(valid, S.PROCESSING)
    experiments.set_state(valid, S.VALID, processed_key=experiments.get(valid).run_key)
    version = experiments.get(gone).version
    house.services.registry.withdrawals.withdraw(gone, version, actor="a", reason="no")
    later(house)
    said = house.look(reconciliation)
    assert not said.run_requests
    assert "as they should be" in str(said.skip_reason)


def test_the_fourth_loss_of_the_same_content_makes_it_failed_with_what_to_do(house):
    experiment = house.sealed()
    for _ in range(TRIES):
        later(house)
        (asked,) = house.asked(reconciliation)
        house.run(experiment, DagsterRunStatus.SUCCESS, **asked.tags)
    later(house)
    assert house.asked(reconciliation) == []
    row = house.services.registry.experiments.get(experiment)
    assert row.state is S.FAILED
    assert "3 times without a word" in row.state_reason
    assert "process it again" in row.state_reason


def test_a_dagster_that_was_made_anew_gets_its_partitions_and_lost_runs_back(house):
    experiments = sorted(house.sealed(number) for number in range(5))
    done = house.services.registry.experiments
    done.set_state(experiments[0], S.PROCESSING)
    done.set_state(experiments[0], S.VALID, processed_key=done.get(experiments[0]).run_key)
    later(house)
    with DagsterInstance.ephemeral() as fresh:
        house.instance, house.cursor = fresh, None
        assert {one.partition_key for one in house.asked(reconciliation)} == {*experiments[1:]}
        assert sorted(fresh.get_dynamic_partitions(NAME)) == experiments


def test_a_run_of_a_process_that_was_killed_holds_nobody_up(house):
    experiment = house.sealed()
    house.services.registry.experiments.set_state(experiment, S.PROCESSING)
    home = house.services.settings.dagster_home
    home.mkdir(parents=True)
    run = house.run(experiment, DagsterRunStatus.STARTED, **{OWNER: node()})
    later(house)
    assert house.asked(reconciliation) == [], "its lock may lie on another machine"
    with held(home, experiment, run.run_id):
        assert is_held(home, experiment, run.run_id)
        assert house.asked(reconciliation) == []
    assert [one.partition_key for one in house.asked(reconciliation)] == [experiment]
    assert house.instance.get_run_by_id(run.run_id).status is DagsterRunStatus.FAILURE


def test_a_lock_ends_with_its_process_however_it_ends(tmp_path):
    program = (
        "import os, signal, sys; from pathlib import Path; from emfair_assets.holding import held\n"
        "with held(Path(sys.argv[1]), 'e-1', 'r-1'): os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert is_held(tmp_path, "e-1", "r-1") is None
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert is_held(tmp_path, "e-1", "r-1") is False


def test_an_empty_registry_is_no_work(house):
    assert house.asked(reconciliation) == []
    assert house.cursor == ""
