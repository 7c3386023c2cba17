"""Verdicts on containers, each asked in a process that may hang or crash, on all cores.

HDF5 itself loops for ever on some damaged files, and pynxtools judges one container at a time.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from emfair.crew import Crew, crew
from emfair.model.findings import Finding, Severity
from emfair.validation.validate import validate_container
from emfair.worker import DiedError, HungError

PATIENCE = 300.0
"""Seconds that a container may take."""


def verdicts(
    paths: Sequence[Path], patience: float = PATIENCE, workers: Crew | None = None
) -> Iterator[tuple[int, tuple[Finding, ...]]]:
    """Yield each container's place in `paths`, and what is not as it should be in it.

    Raises
    ------
    NotFound
        There is no such file.
    """
    chosen = workers or crew()
    yield from chosen.each(partial(_verdict_here, chosen, patience), paths)


def verdict(path: Path, *, measurement: str, file: str) -> tuple[Finding, ...]:
    """Return what is not as it should be in one container; any number of threads may ask.

    Parameters
    ----------
    measurement, file
        As `emfair.validation.validate.validate_container`.

    Raises
    ------
    NotFound
        There is no such file.
    """
    return _verdict(crew(), PATIENCE, path, measurement, file)


def _verdict_here(workers: Crew, patience: float, path: Path) -> tuple[Finding, ...]:
    if not os.path.isfile(path) and os.path.lexists(path):  # noqa: PTH113  where pathlib raises
        return (_no_file(),)
    return _verdict(workers, patience, path, "", "")


def _verdict(
    workers: Crew, patience: float, path: Path, measurement: str, file: str
) -> tuple[Finding, ...]:
    for lend in (workers.turn, workers.alone):
        try:
            with lend() as worker:
                return worker.call(
                    patience, validate_container, path, measurement=measurement, file=file
                )
        except (HungError, DiedError) as error:
            found = not_judged(error)
            if isinstance(error, HungError) or error.code != -signal.SIGKILL:
                break  # what was killed had too little memory, perhaps
    return (found.model_copy(update={"measurement": measurement, "file": file}),)


def _no_file() -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="no-file",
        message="It is no regular file, or a link that leads nowhere.",
        hint="Mend the link, or name a container.",
    )


def not_judged(error: HungError | DiedError) -> Finding:
    """Return the finding for a container that ended whoever read it."""
    hung = isinstance(error, HungError)
    what = (
        f"it was not read after {error.seconds:.0f} s"
        if isinstance(error, HungError)
        else f"HDF5 crashed on it ({error.how})"
    )
    return Finding(
        severity=Severity.ERROR,
        rule="validator-hung" if hung else "validator-died",
        message=f"The file could not be judged: {what}.",
        hint="It is probably damaged: fetch it again, or convert the raw file again.",
    )
