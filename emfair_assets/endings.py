"""What a failed run is remembered by: two tags, from which it is decided whether to try it again.

A store that was sick for longer than a step waits (`failures.PAUSES`) may be well in an hour, and a
machine that was switched off comes back; bad data stay bad. What does not belong here: trying again
(`sensors.retries`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from dagster import DagsterEvent, DagsterInstance, DagsterRun

from emfair.errors import Unavailable

FAILURE = "emfair/failure"
"""Tag of a failed run: what its end was called, by the error's name in `emfair.errors`."""
TRY = "emfair/try"
"""Tag of a failed run, and of one that tries it again: how often it was tried again before."""
LATER = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""From the end of a run to the first, second and third time that it is tried again by itself."""
KILLED = "Killed"
"""The end of a run of which no step failed: its process, or the machine, was gone."""
INTERRUPTED = "DagsterExecutionInterruptedError"
"""What Dagster makes of Ctrl-C or SIGTERM in a step."""


def note_ending(
    instance: DagsterInstance, run: DagsterRun, failures: Iterable[DagsterEvent]
) -> timedelta | None:
    """Tag a failed run; return after what time it is tried again, None if never.

    Parameters
    ----------
    failures
        The events of its steps that failed; none of a run that was killed.
    """
    kind, tries = kind_of(failures), int(run.tags.get(TRY, "0"))
    instance.add_run_tags(run.run_id, {FAILURE: kind, TRY: str(tries)})
    return LATER[tries] if kind in passing() and tries < len(LATER) else None


def kind_of(failures: Iterable[DagsterEvent]) -> str:
    """Return what the first failure is called, as it was recorded: never from its words."""
    for event in failures:
        data = event.step_failure_data
        if data.user_failure_data is not None and "error" in data.user_failure_data.metadata:
            return str(data.user_failure_data.metadata["error"].value)
        error = data.error and (data.error.cause or data.error)  # Dagster wraps what was raised
        name = (error and error.cls_name) or KILLED
        return KILLED if name == INTERRUPTED else name
    return KILLED


def words_of(failures: Iterable[DagsterEvent]) -> str:
    """Return the first failure in the step's own words; empty if no step failed."""
    for event in failures:
        data = event.step_failure_data
        if data.user_failure_data is not None and data.user_failure_data.description:
            return str(data.user_failure_data.description)
        if data.error is not None:
            return (data.error.cause or data.error).message.strip()
    return ""


def passing() -> list[str]:
    """Return what failures are called that may be over later."""
    return [KILLED, *sorted(one.__name__ for one in _tree(Unavailable))]


def _tree(kind: type[Unavailable]) -> Iterable[type[Unavailable]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _tree(below)
