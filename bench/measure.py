"""Measure in fresh processes, so that peak memory and start-up are one measurement's own.

Run as a module, this is the worker: ``python -m bench.measure module:function JSON``. The function
named imports what it needs and returns a callable; only the call is timed, and the memory that the
imports took is told apart. The parent imports nothing heavy: Linux hands its peak on to children.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.table import Failed

_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
ROOT = Path(__file__).resolve().parent.parent

Work = Callable[[], Any]
"""What a worker's function returns: the work, whose result JSON can hold."""


@dataclass(frozen=True)
class Measured:
    """One measurement: seconds, bytes of memory above the imports, and what the work returned."""

    seconds: float
    memory: float
    result: Any = None


def in_worker(target: str, **arguments: Any) -> Measured:
    """Call ``module:function`` of this package in a fresh interpreter.

    Raises
    ------
    Failed
        It did not end well.
    """
    command = [sys.executable, "-m", "bench.measure", target, json.dumps(arguments)]
    done = _run(command, cwd=ROOT)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def command(words: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Measured:
    """Run a program from start to exit; memory is its peak, imports included.

    Raises
    ------
    Failed
        Its exit code is not 0.
    """
    with subprocess.Popen(
        [str(word) for word in words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    ) as process:
        started = time.perf_counter()
        assert process.stderr is not None  # noqa: S101  asked for above
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(_last_line(errors.decode(errors="replace")))
    return Measured(seconds, usage.ru_maxrss * _UNIT)


def rounds(count: int, *works: Callable[[], Measured]) -> list[Measured]:
    """Measure each work in turn, `count` times; return each one's medians.

    In turn, so that what else the machine does falls on all of them alike.
    """
    found = [[work() for work in works] for _ in range(count)]
    return [median(list(column)) for column in zip(*found, strict=True)]


def median(runs: Sequence[Measured]) -> Measured:
    """Return the medians of seconds and memory, with the last run's result."""
    return Measured(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.memory for run in runs),
        runs[-1].result,
    )


def timed(work: Work, count: int = 5) -> float:
    """Return the median seconds of `count` calls, after one that warms up."""
    work()
    return statistics.median(_seconds(work) for _ in range(count))


def _seconds(work: Work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def peak() -> int:
    """Return the bytes of memory that this process held at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _run(words: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(_last_line(done.stderr))
    return done


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"


def _worker(target: str, arguments: str) -> None:
    module, _, name = target.partition(":")
    work: Work = getattr(importlib.import_module(module), name)(**json.loads(arguments))
    before = peak()
    started = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - started
    told = {"seconds": seconds, "memory": peak() - before, "result": result}
    sys.stdout.write(f"\n{json.dumps(told)}\n")


if __name__ == "__main__":
    _worker(sys.argv[1], sys.argv[2])
