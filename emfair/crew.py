"""Several workers, and who has which: as many as this machine has cores and memory for.

What does not belong here: what the work is, and what a worker's death means.
"""

from __future__ import annotations

import atexit
import os
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from threading import Lock, local
from typing import TypeVar

from emfair.worker import StoppedError, Worker

ALONE = 0.8
"""Part of the machine's memory that a worker may take which is the only one at work."""
SHARE = ALONE / 2
"""Part that all workers of one process may take: another process may be at work beside it.

A bound, which hardly any file comes near, not a reservation: beside one that is alone, they may
together promise more than there is.
"""
LEAST = 1 << 30
"""Bytes for each of several: with less, fewer of them work."""

_T = TypeVar("_T")
_R = TypeVar("_R")


class BusyError(Exception):
    """No worker was free in time."""


class Lending:
    """The workers that are at work for one who may stop them; none any more once that was done."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._workers: set[Worker] = set()
        self._stopped = False

    def add(self, worker: Worker) -> None:
        """Note a worker. Raises `StoppedError`."""
        with self._lock:
            if self._stopped:
                raise StoppedError
            self._workers.add(worker)

    def remove(self, worker: Worker) -> None:
        """Forget a worker."""
        with self._lock:
            self._workers.discard(worker)

    def stop(self) -> None:
        """Stop them, and whoever comes later."""
        with self._lock:
            self._stopped = True
            for worker in self._workers:
                worker.stop()


class Crew:
    """Workers for any number of threads; a process starts when it is first needed.

    Parameters
    ----------
    size
        How many may work at the same time.
    memory
        Bytes for all of them together.
    alone
        Bytes for one that has the machine to itself; as much as all if not given.

    Attributes
    ----------
    gains
        Whether a worker has more memory alone than in its turn.
    """

    def __init__(self, size: int, memory: int, alone: int | None = None) -> None:
        self.size = size
        self._alone = alone or memory
        self.gains = self._alone > memory // size
        self._all = [Worker(memory // size) for _ in range(size)]
        self._free: queue.LifoQueue[Worker] = queue.LifoQueue()  # the warm one is taken first
        for worker in self._all:
            self._free.put(worker)
        self._gathering = Lock()
        self._thread = local()

    @contextmanager
    def turn(self, wait: float | None = None) -> Iterator[Worker]:
        """Lend a worker that has its share of the memory.

        Raises
        ------
        BusyError
            None was free for `wait` seconds.
        StoppedError
            What is done here is not wanted any more: `each` ended, or its `Lending` was stopped.
        """
        try:
            worker = self._free.get(timeout=wait)
        except queue.Empty:
            raise BusyError from None
        try:
            with self._lent(worker):
                yield worker
        finally:
            self._free.put(worker)

    @contextmanager
    def alone(self) -> Iterator[Worker]:
        """Lend a worker that has all the memory, while the others rest.

        Another process that would do the same waits, so that they never take it twice.

        Raises
        ------
        StoppedError
            As in `turn`.
        """
        with self._gathering:  # two that gather would wait for one another
            gathered = [self._free.get() for _ in self._all]
        chosen, share = gathered[0], gathered[0].memory
        try:
            for other in gathered[1:]:
                other.end()  # an idle process holds what it has read before
            chosen.memory = self._alone
            with self._lent(chosen), _one_at_a_time(chosen):
                yield chosen
        finally:
            chosen.end()
            chosen.memory = share
            for worker in gathered:
                self._free.put(worker)

    @contextmanager
    def lending(self, to: Lending) -> Iterator[None]:
        """Note the turns that this thread takes meanwhile, so that any other can stop them."""
        self._thread.lending = to
        try:
            yield
        finally:
            self._thread.lending = None

    def each(self, work: Callable[[_T], _R], items: Sequence[_T]) -> Iterator[tuple[int, _R]]:
        """Yield each item's place and what `work` made of it, as it is done.

        `work` runs in threads, as many as there are workers, and takes its turns itself. Where one
        raises, or whoever listens stops, what has not begun is left; turns raise `StoppedError`.
        """
        mine = Lending()
        threads = ThreadPoolExecutor(
            self.size, "crew", initializer=lambda: setattr(self._thread, "lending", mine)
        )
        places = {threads.submit(work, item): place for place, item in enumerate(items)}
        finished = False
        try:
            for done in as_completed(places):
                yield places[done], done.result()
            finished = True
        finally:
            for future in places:
                future.cancel()
            if not finished:
                mine.stop()
            threads.shutdown()

    @contextmanager
    def _lent(self, worker: Worker) -> Iterator[None]:
        """Note whom a worker is lent to, so that it can be stopped."""
        worker.fresh()
        lending: Lending = getattr(self._thread, "lending", None) or Lending()
        lending.add(worker)
        try:
            yield
        finally:
            lending.remove(worker)

    def stop(self) -> None:
        """End the processes at once; calls that wait for them raise `StoppedError`."""
        for worker in self._all:
            worker.stop()

    def close(self) -> None:
        """End all processes once their work is done; later work starts others."""
        with self._gathering:
            gathered = [self._free.get() for _ in self._all]
        for worker in gathered:
            worker.end()
            self._free.put(worker)


@cache
def crew() -> Crew:
    """Return this process' crew for vendor files and containers.

    One for its whole life: a worker's imports take seconds, and its stores may be opened and closed
    with every experiment. The workers end with this process.
    """
    memory = int(machine_memory() * SHARE)
    made = Crew(max(1, min(cores(), memory // LEAST)), memory, int(machine_memory() * ALONE))
    atexit.register(made.stop)
    return made


@contextmanager
def _one_at_a_time(worker: Worker) -> Iterator[None]:
    """Wait until no other process of this user is in here, on this machine.

    Where no such lock can be had (a full disk, a link in its place) nobody waits: the worker's own
    bound still holds.

    Raises
    ------
    StoppedError
        The worker was told to stop meanwhile.
    """
    import fcntl

    path = Path(gettempdir()) / f"emfair-{os.getuid()}.lock"
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        yield
        return
    try:
        while not worker.stopped:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.1)
            else:
                break
        else:
            raise StoppedError
        yield
    finally:
        os.close(lock)


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine_memory() -> int:
    """Return the bytes that this machine has, or this container of Kubernetes may take."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    bound = Path("/sys/fs/cgroup/memory.max")
    given = bound.read_text("ascii").strip() if bound.is_file() else ""
    return min(whole, int(given)) if given.isdigit() else whole
