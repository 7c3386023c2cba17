"""Verdicts on containers from anywhere, each asked in a process that may hang or crash.

HDF5 itself loops for ever on some damaged files. The chain judges what it has just written, and
does so without this.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from emfair.model.findings import Finding, Severity
from emfair.validation.validate import validate_container
from emfair.worker import DiedError, HungError, Worker

PATIENCE = 300.0
"""Seconds that a container may take."""
MEMORY = 4 << 30
"""Bytes that the process may take: validation reads no array."""


def verdicts(
    paths: Iterable[Path], patience: float = PATIENCE
) -> Iterator[tuple[Path, tuple[Finding, ...]]]:
    """Yield each container with what is not as it should be in it, in the order given.

    Raises
    ------
    NotFound
        There is no such file.
    """
    with Worker(MEMORY) as worker:
        for path in paths:
            if not path.is_file() and os.path.lexists(path):
                yield path, (_no_file(),)
                continue
            try:
                yield path, worker.call(patience, validate_container, path)
            except (HungError, DiedError) as error:
                yield path, (not_judged(error),)


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
