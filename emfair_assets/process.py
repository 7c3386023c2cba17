"""Run the chain in this process, through the same job, without a daemon.

For bulk import, repair and the demonstration: materializations, lineage and checks land in the
same Dagster instance that the UI shows.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from platform import node
from uuid import uuid4

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from emfair.service.chain.fail import fail
from emfair.service.processing import Processed
from emfair.service.services import Services, open_services
from emfair.settings import Settings
from emfair_assets.definitions import build
from emfair_assets.endings import INTERRUPTED, note_ending, words_of
from emfair_assets.holding import OWNER, held, is_held, is_owned, note_killed
from emfair_assets.home import configuration_errors, home_errors
from emfair_assets.jobs import PROCESS
from emfair_assets.partitions import NAME as EXPERIMENTS_NAME
from emfair_assets.partitions import PARTITION, add_experiments
from emfair_assets.resources import EmfairResource
from emfair_assets.slots import slots_kept_free

AT_WORK = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Events go to the instance, where the UI shows them; the terminal is the caller's."""
_NO_STEP = "the run failed before its first step; see the Dagster UI"


class InProcessChain:
    """Dagster's job ``process_experiment``, executed here."""

    def __init__(self, settings: Settings, instance: DagsterInstance, services: Services) -> None:
        self._instance = instance
        self._services = services
        stores = EmfairResource(
            home=str(settings.home), lake_url=settings.lake, registry_url=settings.registry
        )
        self._job = build(stores).resolve_job_def(PROCESS)

    def process(self, experiments: Iterable[str], *, again: bool = True) -> Iterator[Processed]:
        """Run the chain for each experiment in turn; yield how it went.

        Without `again` those are left out that the daemon, say, has processed meanwhile.

        Raises
        ------
        NotFound
            There is no such experiment; none was processed.
        BadSetting, Unavailable
            Dagster's home is damaged, or its disk is full; those not yielded stay pending.
        """
        wanted = list(experiments)
        for experiment in wanted:
            self._services.registry.experiments.get(experiment)  # unknown ones fail before any run
        with home_errors(self._home):
            add_experiments(self._instance, wanted)
        for experiment in wanted:
            row = self._services.registry.experiments.get(experiment)
            if again or row.processed_key != row.run_key:
                yield self._process(experiment)

    def _process(self, experiment: str) -> Processed:
        with home_errors(self._home):
            if other := self._at_work(experiment):
                reason = f"run {other} is at work on it; wait for it, or end it in the Dagster UI"
                return Processed(experiment, False, 0.0, other, reason, busy=True)
            started, run_id = time.monotonic(), str(uuid4())
            with (
                held(self._home, experiment, run_id),
                slots_kept_free(self._instance, self._home),
            ):
                result = self._job.execute_in_process(
                    run_id=run_id,
                    instance=self._instance,
                    partition_key=experiment,
                    raise_on_error=False,
                    run_config=QUIET,
                    tags={OWNER: node()},
                )
        failures = result.filter_events(lambda event: event.is_step_failure)
        reason = "" if result.success else words_of(failures) or _NO_STEP
        if INTERRUPTED in reason:
            fail(self._services, experiment, "The run was interrupted; process it again.")
            raise KeyboardInterrupt
        if reason:
            with home_errors(self._home):
                note_ending(self._instance, result.dagster_run, failures)
            fail(self._services, experiment, reason)
        seconds = time.monotonic() - started
        return Processed(experiment, result.success, seconds, result.run_id, reason)

    @property
    def _home(self) -> Path:
        return self._services.settings.dagster_home

    def _at_work(self, experiment: str) -> str:
        """Return the run that is at work on the experiment, if there is one.

        Two runs would mix their containers. The daemon keeps runs apart by itself (a limit of one
        a partition), and counts those made here.
        """
        found = self._instance.get_runs(RunsFilter(statuses=AT_WORK, tags={PARTITION: experiment}))
        for run in found:
            if not is_owned(run) or is_held(self._home, experiment, run.run_id):
                return run.run_id
            note_killed(self._instance, run)
        return ""


@contextmanager
def DagsterChain(settings: Settings) -> Iterator[InProcessChain]:  # noqa: N802  a factory
    """Open the Dagster instance below ``settings.dagster_home`` (made if it is not there).

    Raises
    ------
    BadSetting
        Its configuration is wrong, or a database of it is damaged.
    Unavailable
        A database does not answer, or the disk is full.
    """
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    home = settings.dagster_home
    with open_services(settings) as services, ExitStack() as stack:
        with home_errors(home), _one_at_a_time(home):
            prepare_home(home)
            with configuration_errors(home):
                instance = stack.enter_context(DagsterInstance.from_config(str(home)))
            instance.get_dynamic_partitions(EXPERIMENTS_NAME)  # makes the tables, if need be
            instance.get_runs_count()
        yield InProcessChain(settings, instance, services)


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Let one process at once set up a Dagster home, whose SQLite files the first one makes."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare_home(home: Path) -> None:
    """Make a Dagster home with emfair's ``dagster.yaml``; one that is there stays as it is."""
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists():
        with as_file(files("emfair_assets") / "dagster.yaml") as source:
            shutil.copyfile(source, config)
