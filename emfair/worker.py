"""A process that runs functions for this one, within bounds of time and memory.

For what may hang, eat all memory or crash outright: readers of damaged files, a person's SQL. The
process is kept from call to call, because its imports take a second; after a death the next call
gets a new one. What does not belong here: what a death means to whoever asked.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from types import TracebackType
from typing import ParamSpec, Self, TypeVar, cast

from emfair.errors import Unavailable

START = 60.0
"""Seconds that the process may take to start."""
LEAST = 350 << 20
"""Bytes of data without which its imports fail, or OpenBLAS tries for ever to start its threads."""
_GRACE = 10
"""Seconds after which a process that should have been killed ends itself."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


class HungError(Exception):
    """The function was not done in time; the process was killed."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"not done after {seconds:.0f} s")


class DiedError(Exception):
    """The process ended under the function; `how` names the signal or the exit code.

    Whoever called knows what it means: like `HungError` it never reaches a face.
    """

    def __init__(self, code: int | None) -> None:
        self.code = code
        self.how = f"exit code {code}"
        if code is not None and code < 0:
            named = -code in {one.value for one in signal.Signals}
            self.how = signal.Signals(-code).name if named else f"signal {-code}"
        super().__init__(f"died: {self.how}")


class StoppedError(Exception):
    """The process was told to stop under the function: nobody wants its answer any more."""


class Worker:
    """The process, and whoever watches it. One thread at a time may use it.

    Parameters
    ----------
    memory : int
        Bytes that the process may take for its data (on Linux); may be changed between calls.
    python : str
        The interpreter.
    """

    def __init__(self, memory: int, *, python: str = sys.executable) -> None:
        self.memory = memory
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    @property
    def pid(self) -> int | None:
        """The process' number; None while there is none."""
        return self._process.pid if self._process else None

    def call(
        self, seconds: float, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Call a function of a module there; arguments and result are pickled.

        Parameters
        ----------
        seconds
            It may take.

        Raises
        ------
        HungError, DiedError, StoppedError
            It took longer, the process ended, or was told to.
        Unavailable
            The process cannot be started.
        Exception
            Whatever the function raised.
        """
        process, line = self._ready()
        if self._stopped:
            self.fresh()
            raise StoppedError
        done = False
        try:
            line.send((seconds, self.memory, function, args, kwargs))
            if not line.poll(seconds):
                raise HungError(seconds)
            raised, answer = line.recv()
            done = True
        except (EOFError, OSError) as error:
            code = _ended(process)
            raise (StoppedError() if self._stopped else DiedError(code)) from error
        finally:
            if not done:  # an interrupt too leaves a process that is busy with something else
                self.end()
        if raised:
            raise answer
        return cast("_T", answer)

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stopped

    def stop(self) -> None:
        """Kill the process at once; a call that waits for it, or is about to, raises."""
        process, self._stopped = self._process, True
        if process is not None:
            process.kill()
            process.wait()

    def end(self) -> None:
        """End the process, if there is one; the next call starts another."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._line = self._process = None

    def fresh(self) -> None:
        """Forget that it was told to stop: whoever uses it next is another."""
        self._stopped = False

    def _ready(self) -> tuple[subprocess.Popen[bytes], Connection]:
        """Return the process and the line to it; a new one if there is none."""
        if self._process is None or self._line is None or self._process.poll() is not None:
            self.end()
            self._refuse_starved()
            self._line, other = Pipe()
            try:
                with other:
                    self._process = self._started(other.fileno())
                _greet(self._line)
            except (EOFError, OSError) as error:
                self.end()
                raise Unavailable(
                    "a process of emfair could not be started.",
                    subject=self._python,
                    remedy="Look at its last words in the log, and whether memory is left.",
                ) from error
        return self._process, self._line

    def _refuse_starved(self) -> None:
        allowed, _ = resource.getrlimit(resource.RLIMIT_DATA)
        if allowed != resource.RLIM_INFINITY and allowed < LEAST:
            raise Unavailable(
                f"a process of emfair could not be started: it may take {allowed >> 20} MB of "
                f"memory, and needs {LEAST >> 20}.",
                subject=self._python,
                remedy="Raise the limit that it is started with (ulimit -d).",
            )

    def _started(self, line: int) -> subprocess.Popen[bytes]:
        """Start a plain interpreter: multiprocessing would run this process' main module again.

        ``-P``: a folder of data may hold a ``numpy.py``, and is no place for modules.
        """
        path = os.pathsep.join(filter(None, sys.path))
        return subprocess.Popen(
            [
                self._python,
                "-P",
                "-c",
                f"from {__name__} import serve; serve({line})",
            ],
            pass_fds=[line],
            env={**os.environ, "PYTHONPATH": path, "TQDM_DISABLE": "1"},  # readers' own bars
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a library's progress bar is no part of an answer
        )


def _greet(line: Connection) -> None:
    """Wait until the process listens: what goes wrong before is no call's fault."""
    if not line.poll(START):
        raise TimeoutError
    line.recv()


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    """Return the exit code of a process that has closed its line, or is just about to end."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(timeout=1)
    process.kill()
    return process.wait()


def serve(descriptor: int) -> None:
    """Call what comes along a pipe until its other end is closed: the process' main."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever watches decides
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    line: Connection = Connection(descriptor)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        line.send("ready")
        while True:
            packed = _answer(line.recv_bytes())
            signal.alarm(0)
            line.send_bytes(packed)


def _answer(packed: bytes) -> bytes:
    """Unpack a call, make it, pack whether it raised and what it raised or returned.

    All three can fail: an import, the function, a result that is too large or cannot travel.
    """
    try:
        seconds, memory, function, args, kwargs = pickle.loads(packed)  # noqa: S301  our own
        _bound(memory)
        # Compiled code that never returns lets no thread run: the signal's default ends it.
        signal.alarm(int(seconds) + _GRACE)
        return pickle.dumps((False, function(*args, **kwargs)))
    except Exception as error:  # noqa: BLE001  raised again where it was asked for
        error.add_note(traceback.format_exc())
        return pickle.dumps((True, _portable(error)))


def _bound(memory: int) -> None:
    """Bound this process' data; a limit that stands already is never raised."""
    if sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        bound = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_DATA, (bound, most))


def _end_with(parent: int) -> None:
    """End this process soon after the one that started it.

    Linux' PR_SET_PDEATHSIG would do so with the *thread* that started it.
    """
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _portable(error: Exception) -> Exception:
    """Return the exception, or one that says the same, if it does not survive pickling."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    except Exception:  # noqa: BLE001  whatever its class does
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
