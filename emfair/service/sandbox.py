"""Convert files in a process of its own: a reader that dies or hangs costs one file, not the run.

Readers parse what microscopes, networks and people have damaged, some of them in compiled code. A
segmentation fault or an endless loop there must not take the chain with it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

from emfair.errors import ReaderDied, ReaderHung
from emfair.model.findings import Finding, Severity
from emfair.nxem.convert import Converted, convert_file
from emfair.nxem.dossier import Dossier
from emfair.worker import DiedError, HungError, Worker

PATIENCE = 300.0
"""Seconds that any file may take."""
SLOWEST = 2e6
"""Bytes a second below which a reader is taken to hang, beyond `PATIENCE`."""
SHARE = 0.8
"""Part of the machine's memory that the process may take for its data."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


_RULES = {ReaderDied: "reader-died", ReaderHung: "reader-hung"}
_DAMAGED = (
    "It is probably damaged: check that it was transferred whole; open it in the vendor's "
    "software, save it again, and deposit the new file."
)
_TOO_LITTLE = (
    "Something has killed it: most likely this machine has too little memory for the file. Process "
    "the experiment on a larger one."
)


class Sandbox:
    """A process that reads files.

    Parameters
    ----------
    patience
        Seconds that any file may take; large ones get a second more for each 2 MB.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self.worker = Worker(int(_memory() * SHARE))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.worker.end()

    def convert(self, path: Path, dossier: Dossier, folder: Path) -> Converted:
        """Convert one file; a reader's death or endless work is a finding on it.

        Raises
        ------
        BadCall, Unavailable
            As `emfair.nxem.convert.convert_file`: not the file's fault. `Unavailable` also where
            the process cannot be started.
        """
        try:
            return self.call(convert_file, path, dossier, folder)
        except (ReaderDied, ReaderHung) as error:
            for part in folder.glob(".*.part"):
                part.unlink()
            finding = Finding(
                severity=Severity.ERROR,
                rule=_RULES[type(error)],
                message=f"{dossier.source.file}: {error.message}",
                hint=error.remedy,
                file=dossier.source.file,
            )
            return Converted(findings=[finding])

    def call(
        self,
        function: Callable[Concatenate[Path, _P], _T],
        path: Path,
        /,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        """Call a function that reads the file or folder `path`.

        Raises
        ------
        ReaderHung, ReaderDied
            It never ended, or ended the process.
        Unavailable
            The process cannot be started.
        """
        try:
            return self.worker.call(
                self._patience + _size(path) / SLOWEST, function, path, *args, **kwargs
            )
        except HungError as error:
            message = f"no reader was done with it after {error.seconds:.0f} s."
            raise ReaderHung(message, subject=path.name, remedy=_DAMAGED) from error
        except DiedError as error:
            message = f"its reader crashed on it ({error.how})."
            killed = error.code == -signal.SIGKILL
            remedy = _TOO_LITTLE if killed else _DAMAGED
            raise ReaderDied(message, subject=path.name, remedy=remedy) from error


def _memory() -> int:
    """Return the bytes that this machine has, or this container of Kubernetes may take."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    bound = Path("/sys/fs/cgroup/memory.max")
    given = bound.read_text("ascii").strip() if bound.is_file() else ""
    return min(whole, int(given)) if given.isdigit() else whole


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files of a folder."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.exists() else 0
