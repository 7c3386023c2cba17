"""Convert files in a process of its own: a reader that dies or hangs costs one file, not the run.

Readers parse what microscopes, networks and people have damaged, some of them in compiled code. A
segmentation fault or an endless loop there must not take the chain with it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Concatenate, ParamSpec, TypeVar

from emfair.crew import Crew, crew
from emfair.errors import ReaderDied, ReaderHung, TooLarge, Unavailable, UnreadableFile
from emfair.model.findings import Finding, Severity
from emfair.nxem.convert import TOO_LARGE, Converted, convert_file
from emfair.nxem.dossier import Dossier
from emfair.worker import DiedError, HungError, Worker

PATIENCE = 300.0
"""Seconds that any file may take."""
SLOWEST = 2e6
"""Bytes a second below which a reader is taken to hang, beyond `PATIENCE`."""

_P = ParamSpec("_P")
_T = TypeVar("_T")
Lend = Callable[[], AbstractContextManager[Worker]]

_RULES = {ReaderDied: "reader-died", ReaderHung: "reader-hung", TooLarge: TOO_LARGE}
_DAMAGED = (
    "It is probably damaged: check that it was transferred whole; open it in the vendor's "
    "software, save it under another name, and deposit that file."
)
_TOO_LITTLE = (
    "Something has killed it: most likely this machine has too little memory for the file. Process "
    "the experiment on a larger one."
)


class Sandbox:
    """Reads files in other processes; any number of threads may ask.

    Parameters
    ----------
    patience
        Seconds that any file may take; large ones get a second more for each 2 MB.
    workers
        Whose processes; this process' own crew if not given.
    """

    def __init__(self, patience: float = PATIENCE, workers: Crew | None = None) -> None:
        self._patience = patience
        self._crew = workers or crew()

    def convert(self, path: Path, dossier: Dossier, folder: Path, size: int) -> Converted:
        """Convert one file; a reader's death or endless work is a finding on it.

        What its share of the memory is too little for is tried again with all of it.

        Parameters
        ----------
        size
            Bytes of the file and of what belongs to it.

        Raises
        ------
        BadCall, Unavailable
            As `emfair.nxem.convert.convert_file`: not the file's fault. `Unavailable` also where
            the process cannot be started.
        """
        done = self._convert(self._crew.turn, path, dossier, folder, size)
        if self._crew.gains and any(one.rule == TOO_LARGE for one in done.findings):
            again = self._convert(self._crew.alone, path, dossier, folder, size)
            done = max(again, done, key=lambda one: len(one.written))
        return done

    def _convert(
        self, lend: Lend, path: Path, dossier: Dossier, folder: Path, size: int
    ) -> Converted:
        """Convert in a folder of its own, whose containers then move as one."""
        with _own_folder(folder) as own:
            try:
                with lend() as worker:
                    done = self._called(worker, size, convert_file, path, dossier, Path(own))
            except UnreadableFile as error:
                return Converted(findings=[_finding(error, dossier.source.file)])
            written = [
                replace(one, path=one.path.rename(folder / one.path.name)) for one in done.written
            ]
            return Converted(written, done.findings, done.doubts)

    def call(
        self,
        size: int,
        function: Callable[Concatenate[Path, _P], _T],
        path: Path,
        /,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        """Call a function that reads the file or folder `path`, of `size` bytes with all parts.

        Raises
        ------
        ReaderHung, ReaderDied, TooLarge
            It never ended, or ended the process; or the process was killed.
        Unavailable
            The process cannot be started.
        """
        try:
            with self._crew.turn() as worker:
                return self._called(worker, size, function, path, *args, **kwargs)
        except TooLarge:
            if not self._crew.gains:
                raise
        with self._crew.alone() as worker:
            return self._called(worker, size, function, path, *args, **kwargs)

    def _called(
        self,
        worker: Worker,
        size: int,
        function: Callable[Concatenate[Path, _P], _T],
        path: Path,
        /,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        try:
            return worker.call(self._patience + size / SLOWEST, function, path, *args, **kwargs)
        except HungError as error:
            message = f"no reader was done with it after {error.seconds:.0f} s."
            raise ReaderHung(message, subject=path.name, remedy=_DAMAGED) from error
        except DiedError as error:
            if error.code == -signal.SIGKILL:
                message = "the process that read it was killed."
                raise TooLarge(message, subject=path.name, remedy=_TOO_LITTLE) from error
            message = f"its reader crashed on it ({error.how})."
            raise ReaderDied(message, subject=path.name, remedy=_DAMAGED) from error


def _own_folder(folder: Path) -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(dir=folder, prefix=".converting-")
    except OSError as error:
        raise Unavailable(
            f"no folder can be made there ({error.strerror}).",
            subject=str(folder),
            remedy="Free some space on this disk; the step is tried again.",
        ) from error


def _finding(error: UnreadableFile, file: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule=_RULES[type(error)],
        message=error.message,
        hint=error.remedy,
        file=file,
    )
