"""The chain in this process: through the same job, into the instance that the UI shows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from dagster import AssetKey, DagsterInstance, build_init_resource_context

from emfair.errors import NotFound
from emfair.lake import layout
from emfair.model.states import ExperimentState
from emfair.service.processing import open_chain
from emfair_assets.partitions import AT_ONCE, add_experiments
from emfair_assets.process import prepare_home
from emfair_assets.resources import EmfairResource
from tests.service.lab import open_lab

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lab(tmp_path, corpus):
    with open_lab(tmp_path / "home", corpus) as opened:
        yield opened


def test_one_that_fails_stops_no_other_and_says_why(lab):
    broken = lab.deposit(lab.file("test-1.dm3")).place
    good = lab.deposit(lab.file("test-2.dm3")).place
    lab.services.lake.delete(layout.raw_file(broken, "test-1.dm3"))
    settings = lab.services.settings
    with open_chain(settings) as chain:
        first, second = chain.process([broken.experiment, good.experiment])
    assert (first.succeeded, second.succeeded) == (False, True)
    assert "test-1.dm3" in first.reason
    assert "Traceback" not in first.reason
    row = lab.row(broken.experiment)
    assert (row.state, row.state_reason) == (ExperimentState.FAILED, first.reason)
    assert lab.row(good.experiment).state is ExperimentState.VALID
    with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        event = instance.get_latest_materialization_event(AssetKey("metadata_index"))
        assert event is not None
        assert event.run_id == second.run
        assert set(instance.get_dynamic_partitions("experiment")) == {
            broken.experiment,
            good.experiment,
        }


def test_what_someone_processed_meanwhile_is_left_out_unless_it_is_asked_for_again(lab):
    one, two = (lab.deposit(lab.file(f"test-{n}.dm3")).place.experiment for n in (1, 2))
    with open_chain(lab.services.settings) as chain:
        pending = chain.process([one, two], again=False)
        assert next(pending).experiment == one
        assert [done.experiment for done in chain.process([two])] == [two]
        assert list(pending) == []
        assert [done.succeeded for done in chain.process([two])] == [True]


def test_an_interrupt_ends_the_process_and_leaves_the_rest_as_it_was(lab):
    first, second = (lab.deposit(lab.file(f"test-{n}.dm3")).place.experiment for n in (1, 2))
    program = Path(sys.executable).with_name("emfair")
    home = lab.services.settings.home
    with subprocess.Popen(
        [program, "process", first, second],
        env={**os.environ, "EMFAIR_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        while lab.row(first).state is not ExperimentState.PROCESSING:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
    assert running.returncode == 130
    assert lab.row(second).state is ExperimentState.SEALED
    assert {row.id for row in lab.services.registry.experiments.pending()} == {first, second}
    with open_chain(lab.services.settings) as chain:
        assert [done.succeeded for done in chain.process([first])] == [True]


def test_a_run_whose_process_was_killed_holds_nobody_up(lab):
    experiment = lab.deposit(lab.file("test-1.dm3")).place.experiment
    program = Path(sys.executable).with_name("emfair")
    with subprocess.Popen(
        [program, "process", experiment],
        env={**os.environ, "EMFAIR_HOME": str(lab.services.settings.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        while lab.row(experiment).state is not ExperimentState.PROCESSING:
            time.sleep(0.05)
        with open_chain(lab.services.settings) as chain:
            (refused,) = chain.process([experiment])
        assert not refused.succeeded
        assert refused.busy
        assert "is at work on it" in refused.reason
        told = subprocess.run(
            [program, "process", "--pending", "--json"],
            env={**os.environ, "EMFAIR_HOME": str(lab.services.settings.home)},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert (told.returncode, "is at work on it" in told.stdout) == (3, True)
        running.kill()
    with open_chain(lab.services.settings) as chain:
        assert [done.succeeded for done in chain.process([experiment])] == [True]


def test_an_unknown_experiment_stops_before_any_runs(lab):
    good = lab.deposit(lab.file("test-2.dm3")).place.experiment
    with open_chain(lab.services.settings) as chain, pytest.raises(NotFound, match="e-nope"):
        list(chain.process([good, "e-nope"]))
    assert lab.row(good).state is ExperimentState.SEALED


def test_a_dagster_home_gets_our_configuration_and_keeps_its_own(tmp_path):
    home = tmp_path / "dagster"
    prepare_home(home)
    written = (home / "dagster.yaml").read_text()
    assert written == (ROOT / "emfair_assets" / "dagster.yaml").read_text()
    (home / "dagster.yaml").write_text("# mine\n")
    prepare_home(home)
    assert (home / "dagster.yaml").read_text() == "# mine\n"


def test_the_configuration_is_quiet_and_runs_one_experiment_at_a_time():
    configuration = yaml.safe_load((ROOT / "emfair_assets" / "dagster.yaml").read_text())
    assert configuration["telemetry"] == configuration["nux"] == {"enabled": False}
    (limit,) = configuration["concurrency"]["runs"]["tag_concurrency_limits"]
    assert (limit["key"], limit["limit"]) == ("dagster/partition", 1)


def test_partitions_are_added_in_portions_and_again_does_no_harm():
    with DagsterInstance.ephemeral() as instance:
        keys = [f"e-{number}" for number in range(AT_ONCE * 2 + 3)]
        add_experiments(instance, keys)
        add_experiments(instance, keys[:5])
        assert sorted(instance.get_dynamic_partitions("experiment")) == sorted(keys)


def test_the_resource_reads_the_environment_when_it_is_asked(tmp_path, monkeypatch):
    resource = EmfairResource()
    monkeypatch.setenv("EMFAIR_HOME", str(tmp_path / "late"))
    assert resource.services.settings.home == tmp_path / "late"
    assert resource.services is resource.services
    resource.teardown_after_execution(build_init_resource_context())


def test_dagster_finds_the_definitions_valid(tmp_path):
    done = subprocess.run(
        [Path(sys.executable).with_name("dagster"), "definitions", "validate", "-w",
         str(ROOT / "workspace.yaml")],
        env={"DAGSTER_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path),
             "DAGSTER_DISABLE_TELEMETRY": "1"},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
