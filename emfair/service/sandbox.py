"""Convert files in a process of its own: a reader that dies or hangs costs one file, not the run.

Readers parse what microscopes, networks and people have damaged, some of them in compiled code. A
segmentation fault or an endless loop there must not take the chain with it. The process is kept
from file to file, because its imports take a second; after a death the next file gets a new one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from emfair.errors import Unavailable
from emfair.model.annotations import Annotations, InstrumentNotes
from emfair.model.findings import Finding, Severity
from emfair.nxem.container import Source
from emfair.nxem.convert import Converted, convert_file

PATIENCE = 300.0
"""Seconds that any file may take."""
START = 60.0
"""Seconds that the process may take to start."""
SLOWEST = 2e6
"""Bytes a second below which a reader is taken to hang, beyond `PATIENCE`."""
SHARE = 0.8
"""Part of the machine's memory that the process may take for its data."""


@dataclass(frozen=True)
class Task:
    """One call of `emfair.nxem.convert.convert_file`."""

    path: Path
    source: Source
    notes: Annotations
    folder: Path
    experiment: str
    software: Mapping[str, str]
    profile: InstrumentNotes | None = None

    @property
    def size(self) -> int:
        """Bytes of the file, or of all files of a folder."""
        if self.path.is_dir():
            return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())
        return self.path.stat().st_size if self.path.exists() else 0


class Sandbox:
    """A process that converts, and whoever watches it.

    Parameters
    ----------
    patience
        Seconds that any file may take; large ones get a second more for each 2 MB.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def convert(self, task: Task) -> Converted:
        """Convert one file; a reader's death or endless work is a finding on it.

        Raises
        ------
        BadCall, Unavailable
            As `emfair.nxem.convert.convert_file`: not the file's fault. `Unavailable` also where
            the process cannot be started.
        """
        process, line = self._ready()
        limit = self._patience + task.size / SLOWEST
        line.send(task)
        heard = line.poll(limit)
        if heard:
            with contextlib.suppress(EOFError, OSError):
                answer = line.recv()
                if isinstance(answer, Converted):
                    return answer
                raise answer
            process.wait(timeout=10)
        died = process.poll()
        self._end()
        for part in task.folder.glob(".*.part"):
            part.unlink()
        finding = _died(task, died) if heard else _hung(task, limit)
        return Converted(findings=[finding])

    def _ready(self) -> tuple[subprocess.Popen[bytes], Connection]:
        """Return the process and the line to it; a new one if there is none."""
        if self._process is None or self._line is None or self._process.poll() is not None:
            self._end()
            self._line, other = Pipe()
            # A plain interpreter: multiprocessing would run this process' main module again.
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from {__name__} import serve; serve({other.fileno()})"],
                pass_fds=[other.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=subprocess.DEVNULL,
            )
            other.close()
            self._greet(self._line)
        return self._process, self._line

    def _greet(self, line: Connection) -> None:
        """Wait until the process can take files: what goes wrong before is no file's fault."""
        with contextlib.suppress(EOFError, OSError):
            if line.poll(START):
                line.recv()
                return
        self._end()
        raise Unavailable(
            "the process that reads vendor files could not be started.",
            remedy="Look at the log for its last words; the step is tried again.",
        )

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._line = self._process = None


def serve(descriptor: int) -> None:
    """Convert what comes along a pipe until its other end is closed: the process' main."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever watches decides
    _limit()
    line: Connection = Connection(descriptor)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        line.send("ready")
        while True:
            task: Task = line.recv()
            line.send(_done(task))


def _done(task: Task) -> Any:
    try:
        return convert_file(
            task.path,
            task.source,
            task.notes,
            task.folder,
            experiment=task.experiment,
            software=task.software,
            profile=task.profile,
        )
    except Exception as error:  # noqa: BLE001  raised again where it was asked for
        return error


def _limit() -> None:
    """Bound the process' memory, and let it end with the one that started it."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        bound = int(whole * SHARE)
        resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _died(task: Task, code: int | None) -> Finding:
    how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
    return _finding(task, "reader-died", f"its reader crashed on it ({how}).")


def _hung(task: Task, limit: float) -> Finding:
    return _finding(task, "reader-hung", f"no reader was done with it after {limit:.0f} s.")


def _finding(task: Task, rule: str, what: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule=rule,
        message=f"{task.source.file}: {what}",
        hint="It is probably damaged: check that it was transferred whole; open it in the vendor's "
        "software, save it again, and deposit the new file.",
        file=task.source.file,
    )
