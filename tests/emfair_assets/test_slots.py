"""A process that is killed while it holds a place in a pool keeps nobody waiting."""

from __future__ import annotations

import fcntl
import time
from concurrent.futures import ThreadPoolExecutor
from platform import node
from threading import Event
from uuid import uuid4

import pytest
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from emfair.service.processing import open_chain
from emfair_assets.assets import INDEX_POOL
from emfair_assets.holding import OWNER, held, is_held
from emfair_assets.partitions import PARTITION
from emfair_assets.slots import free_slots, slots_kept_free
from tests.service.lab import open_lab


@pytest.fixture
def lab(tmp_path, corpus):
    with open_lab(tmp_path / "home", corpus) as opened:
        yield opened


@pytest.fixture
def instance(lab):
    with open_chain(lab.services.settings):  # makes the Dagster home
        pass
    with DagsterInstance.from_config(str(lab.services.settings.dagster_home)) as opened:
        opened.event_log_storage.initialize_concurrency_limit_to_default(INDEX_POOL)
        yield opened


def take(
    instance, experiment, status=DagsterRunStatus.STARTED, tags=(OWNER,), machine=None, **more
):
    """Return the id of a run that holds the index's one place."""
    machine = node() if machine is None else machine
    tagged = {PARTITION: experiment} | dict.fromkeys(tags, machine)
    run = create_run_for_test(instance, status=status, tags=tagged, **more)
    storage = instance.event_log_storage
    assert storage.claim_concurrency_slot(INDEX_POOL, run.run_id, "metadata_index").is_claimed
    return run.run_id


@pytest.fixture
def home(lab):
    return lab.services.settings.dagster_home


def was_held(home, experiment):
    """Leave the lock file of a process that is gone."""
    with held(home, experiment, "before"):
        pass


def test_a_killed_process_of_another_experiment_gives_its_place_back(lab, instance, home):
    take(instance, "e-killed")
    was_held(home, "e-killed")
    experiment = lab.deposit(lab.file("test-1.dm3")).place.experiment
    with open_chain(lab.services.settings) as chain:
        assert [done.succeeded for done in chain.process([experiment])] == [True]


def test_the_living_keep_their_places(instance, home):
    with held(home, "e-alive", run_id := str(uuid4())):
        take(instance, "e-alive", run_id=run_id)
        assert free_slots(instance, home) == []
    assert len(free_slots(instance, home)) == 1


def test_a_run_of_another_machine_keeps_its_place_whatever_lies_here(instance, home):
    was_held(home, "e-there")
    run = take(instance, "e-there", machine="another")
    assert free_slots(instance, home) == []
    assert not instance.get_run_by_id(run).is_finished


@pytest.mark.parametrize("status", [DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED])
def test_a_run_that_has_ended_keeps_no_place(instance, home, status):
    run = take(instance, "e-ended", status, tags=())
    assert free_slots(instance, home) == [run]


def test_a_run_of_the_daemon_keeps_its_place_until_dagster_says_that_it_has_ended(instance, home):
    take(instance, "e-daemon", tags=())
    assert free_slots(instance, home) == []


def test_what_the_daemon_re_executes_keeps_its_place_whatever_tags_it_has(instance, home):
    was_held(home, "e-again")
    first = take(instance, "e-again", DagsterRunStatus.FAILURE)
    assert free_slots(instance, home) == [first]
    again = take(instance, "e-again", parent_run_id=first, root_run_id=first)
    assert free_slots(instance, home) == []
    assert not instance.get_run_by_id(again).is_finished


def test_who_looks_is_not_taken_for_the_living(home):
    home.mkdir(parents=True)
    was_held(home, "e-killed")
    with (home / "at-work" / "e-killed").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert is_held(home, "e-killed", "before") is False


def test_who_is_killed_while_another_waits_lets_it_go_on(instance, home):
    storage, began = instance.event_log_storage, time.monotonic()
    with slots_kept_free(instance, home, every=0.05):
        with held(home, "e-killed", run_id := str(uuid4())):
            take(instance, "e-killed", run_id=run_id)
            time.sleep(0.3)
            assert not storage.claim_concurrency_slot(INDEX_POOL, "next", "s").is_claimed
        while not storage.claim_concurrency_slot(INDEX_POOL, "next", "s").is_claimed:
            assert time.monotonic() - began < 30
            time.sleep(0.01)


def test_who_waits_for_an_experiment_does_not_hide_its_dead_run(lab, instance, home, monkeypatch):
    experiment = lab.deposit(lab.file("test-1.dm3")).place.experiment
    killed, waiting = str(uuid4()), Event()

    def waited_for(*arguments):
        waiting.set()
        return held(*arguments)

    monkeypatch.setattr("emfair_assets.process.held", waited_for)
    with open_chain(lab.services.settings) as chain, ThreadPoolExecutor(1) as pool:
        with held(home, experiment, killed):
            after = pool.submit(lambda: list(chain.process([experiment])))
            waiting.wait()
            take(instance, experiment, run_id=killed)
        try:
            assert [done.succeeded for done in after.result(timeout=120)] == [True]
        finally:
            instance.event_log_storage.free_concurrency_slots_for_run(killed)
    assert instance.get_run_by_id(killed).status is DagsterRunStatus.FAILURE
