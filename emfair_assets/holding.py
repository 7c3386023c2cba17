"""Who is at work on an experiment outside of the daemon: a lock on a file while they live.

However a process ends, its locks end with it; host names and process numbers come again. The file
names the run that it is held for: whoever holds it next does not stand for one that was killed.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from platform import node

from dagster import DagsterInstance, DagsterRun

from emfair_assets.partitions import PARTITION

OWNER = "emfair/process"
"""Tag of the runs whose process holds such a lock; its value is the machine's name."""


@contextmanager
def held(home: Path, experiment: str, run_id: str) -> Iterator[None]:
    """Hold an experiment until the block ends, for a run that begins in it."""
    path = _lock_file(home, experiment)
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:  # what another has written stays while this one waits
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(run_id)
        file.flush()
        yield


def is_held(home: Path, experiment: str, run_id: str) -> bool | None:
    """Whether a process holds an experiment for a run that has begun.

    None if none ever held it on this Dagster home.
    """
    try:
        with _lock_file(home, experiment).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read() == run_id
    except FileNotFoundError:
        return None
    return False


def is_owned(run: DagsterRun) -> bool:
    """Whether ``emfair process`` executes a run; one that Dagster re-executes has its tags, too."""
    return OWNER in run.tags and run.parent_run_id is None


def is_dead(instance: DagsterInstance, home: Path, run: DagsterRun) -> bool:
    """Whether the process of a run of ``emfair process`` is gone; then it is noted as failed.

    Of the daemon's own runs, Dagster finds out itself. One that was begun on another machine is
    taken for alive: its lock lies there.
    """
    if not is_owned(run) or run.tags[OWNER] != node():
        return False
    if is_held(home, run.tags[PARTITION], run.run_id) is not False:
        return False
    note_killed(instance, run)
    return True


def note_killed(instance: DagsterInstance, run: DagsterRun) -> None:
    """Note a run as failed, unless it has ended before its lock was tried."""
    now = instance.get_run_by_id(run.run_id)
    if now is not None and not now.is_finished:
        instance.report_run_failed(now, "The process that ran it was killed.")


def _lock_file(home: Path, experiment: str) -> Path:
    return home / "at-work" / experiment
