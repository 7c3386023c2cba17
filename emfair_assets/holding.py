"""Who is at work on an experiment outside of the daemon: a lock on a file while they live.

However a process ends, its locks end with it; host names and process numbers come again.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER = "emfair/process"
"""Tag of the runs whose process holds such a lock."""


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


def _lock_file(home: Path, experiment: str) -> Path:
    return home / "at-work" / experiment
