"""A real service that lives exactly as long as the process that asked for it.

Each service is a script of its own (``python -m tests.services.postgres``): it starts, says in one
line of JSON how it is reached, and stops when its standard input ends. That end comes when the
asker is done, and also when the asker was killed; then its folder goes too.

What does not belong here: what is started (one module per service).
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MEMORY = Path("/dev/shm")  # noqa: S108  a folder of one's own is made below it
ROOM = 2 << 30  # bytes
PATIENCE = 60.0  # seconds until a service must have started


def hold(module: str) -> dict[str, Any]:
    """Start the service `module` for the rest of this process' life; return what it said."""
    service = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # what ends the tests' process group must not end its cleaning
    )
    atexit.register(service.communicate)  # closes its input, waits until it has cleaned up
    assert service.stdout
    if line := service.stdout.readline():
        return json.loads(line)
    raise RuntimeError(f"{module} did not start; its reasons are on standard error")


def serve(start: Callable[[Path], AbstractContextManager[dict[str, Any]]]) -> None:
    """Run a service in a folder of its own, in memory where there is such a disk, while asked."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with (
        tempfile.TemporaryDirectory(
            prefix="emfair-", dir=MEMORY if _has_room(MEMORY) else None
        ) as folder,
        start(Path(folder)) as said,
    ):
        print(json.dumps(said), flush=True)  # noqa: T201  the line that the asker reads
        sys.stdin.read()


def _has_room(folder: Path) -> bool:
    """Whether a service's data fit there: containers often have 64 MB of it."""
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM


@contextmanager
def daemon(
    command: Sequence[str | Path], log: Path, stop: signal.Signals, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server; at the end send it the signal `stop`, and see to it that it ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options
        )
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when `ready`; raise with the end of the log if the server died or takes too long."""
    end = time.monotonic() + PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{process.args} did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.02)


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens on this port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
