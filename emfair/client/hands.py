"""Threads that nobody waits for at the end of the process.

Python joins the threads of `concurrent.futures.ThreadPoolExecutor` when it ends: a person who
interrupts would wait for a silent server as long as a request does. What does not belong here: what
they do.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

R = TypeVar("R")
_Task = tuple["Future[Any]", Callable[..., Any], tuple[Any, ...]]


class Hands:
    """`number` threads, until `end`."""

    def __init__(self, number: int, name: str) -> None:
        self._tasks = SimpleQueue[_Task | None]()
        self._lock = Lock()
        self._ended = False
        self._threads = [
            Thread(target=self._work, name=f"{name}-{each}", daemon=True) for each in range(number)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[..., R], *arguments: Any) -> Future[R]:
        """Have `work` done; after `end` what is returned is cancelled."""
        done: Future[R] = Future()
        with self._lock:
            if self._ended:
                _cancel(done)
            else:
                self._tasks.put((done, work, arguments))
        return done

    def end(self, *, patiently: bool) -> None:
        """Cancel what has not begun; wait for what has if `patiently`."""
        with self._lock:
            self._ended = True
        with suppress(Empty):
            while True:
                if (task := self._tasks.get_nowait()) is not None:
                    _cancel(task[0])
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            if patiently:
                thread.join()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            done, work, arguments = task
            if not done.set_running_or_notify_cancel():
                continue
            try:
                result = work(*arguments)
            except BaseException as error:  # noqa: BLE001  whoever asks for the result gets it
                done.set_exception(error)
            else:
                done.set_result(result)
            del task, done, work, arguments


def _cancel(done: Future[Any]) -> None:
    """Cancel what has not begun, and tell whoever waits for it."""
    done.cancel()
    done.set_running_or_notify_cancel()
