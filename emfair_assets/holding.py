"""Who is at work on an experiment outside of the daemon: a lock on a file while they live.

However a process ends, its locks end with it; host names and process numbers come again.
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
def held(home: Path, experiment: str) -> Iterator[None]:
    """Hold an experiment until the block ends."""
    path = _lock_file(home, experiment)
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_held(home: Path, experiment: str) -> bool | None:
    """Whether a process holds an experiment; None if none ever did on this Dagster home."""
    try:
        with _lock_file(home, experiment).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return True
    return False


def is_dead(instance: DagsterInstance, home: Path, run: DagsterRun) -> bool:
    """Whether the process of a run of ``emfair process`` is gone; then it is noted as failed.

    Of the daemon's own runs, Dagster finds out itself. One that was begun on another machine is
    taken for alive: its lock lies there.
    """
    if run.tags.get(OWNER) != node() or is_held(home, run.tags[PARTITION]) is not False:
        return False
    now = instance.get_run_by_id(run.run_id)  # it may have ended before the lock was tried
    if now is not None and not now.is_finished:
        instance.report_run_failed(now, "The process that ran it was killed.")
    return True


def _lock_file(home: Path, experiment: str) -> Path:
    return home / "at-work" / experiment
