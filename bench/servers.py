"""Servers in processes of their own: started, watched, stopped.

What does not belong here: what is asked of them.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import ROOT
from bench.table import Failed

_BEAT = 0.02


@dataclass
class Server:
    """A server that answers at `url`."""

    url: str
    process: subprocess.Popen[str]

    def memory(self) -> int:
        """Return the bytes that it and its children hold now."""
        return sum(_resident(each) for each in (self.process.pid, *_below(self.process.pid)))


@contextmanager
def emfair(home: Path) -> Iterator[Server]:
    """Run ``emfair serve`` on the embedded default at `home`."""
    program = "from emfair.cli.main import main; main()"
    with _running([sys.executable, "-c", program, "serve", "--port", "0"], home) as server:
        yield server


@contextmanager
def plain(folder: Path) -> Iterator[Server]:
    """Run the least that takes a file."""
    folder.mkdir()
    with _running([sys.executable, "-m", "bench.plain_put", str(folder)], folder) as server:
        yield server


@contextmanager
def _running(command: list[str], home: Path) -> Iterator[Server]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMFAIR_")}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**kept, "EMFAIR_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Server(_address(process), process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    """Return the address that a server prints when it listens."""
    assert process.stdout is not None  # noqa: S101  asked for above
    for line in process.stdout:
        if found := re.search(r"http://[\d.]+:\d+", line):
            return found[0]
    raise Failed("a server did not start")


@dataclass
class Peak:
    """The most that a server held while it was watched, in bytes."""

    most: int = 0
    _done: threading.Event = field(default_factory=threading.Event)


@contextmanager
def watched(server: Server) -> Iterator[Peak]:
    """Look at a server's memory all the time."""
    peak = Peak(server.memory())

    def watch() -> None:
        while not peak._done.wait(_BEAT):  # noqa: SLF001  our own
            peak.most = max(peak.most, server.memory())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        peak._done.set()  # noqa: SLF001  our own
        thread.join()


def settled(server: Server, seconds: float = 1.0) -> int:
    """Return the bytes that a server holds once it has been idle for a while."""
    time.sleep(seconds)
    return server.memory()


def _resident(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _below(process: int) -> Iterator[int]:
    """Yield the children of a process, and theirs."""
    try:
        found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in map(int, found):
        yield child
        yield from _below(child)
