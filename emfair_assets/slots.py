"""Places in Dagster's pools that dead runs keep: given back, so that the living go on.

Dagster gives a run's place back when its step ends. A process that was killed in such a step ends
none, and every run after it would wait for ever. What does not belong here: who is at work on an
experiment (`holding`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from dagster import DagsterInstance

from emfair_assets.holding import is_dead

EVERY = 10.0
"""Seconds between two looks while a run may wait for a place."""
_log = logging.getLogger(__name__)


def free_slots(instance: DagsterInstance, home: Path) -> list[str]:
    """Give back the places of runs that have ended or whose process is gone; return these runs."""
    storage, freed = instance.event_log_storage, []
    for run_id in sorted(storage.get_concurrency_run_ids()):
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished or is_dead(instance, home, run):
            storage.free_concurrency_slots_for_run(run_id)
            freed.append(run_id)
    return freed


@contextmanager
def slots_kept_free(instance: DagsterInstance, home: Path, every: float = EVERY) -> Iterator[None]:
    """Give dead runs' places back now and again, for a run that executes in this process."""
    over = Event()

    def look() -> None:
        while not over.wait(every):
            try:
                free_slots(instance, home)
            except Exception:  # noqa: BLE001  the run itself meets what is wrong with the instance, and tells it
                _log.warning("the places of dead runs could not be looked for", exc_info=True)

    free_slots(instance, home)
    thread = Thread(target=look, name="emfair-slots", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
