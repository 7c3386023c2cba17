"""Cut off in the middle, by a kill -9 of whom you like: it goes on, and sends nothing twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest

from emfair.client.bandwidth import Bandwidth
from emfair.client.engine import deposit
from emfair.client.http import Client
from emfair.lake import layout
from emfair.model.canonical import sha256_file
from emfair.service.documents import read_manifest
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.client.conftest import MIB, request
from tests.client.gate import PART
from tests.services.held import free_port

COUNT = 12
_MAIN = "from emfair.cli.main import main; main()"


class Server:
    """``emfair serve`` over one home, on one port, killed and started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.logs: list[Path] = []
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.logs.append(self.home.with_name(f"server-{len(self.logs)}.log"))
        with self.logs[-1].open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _MAIN, "serve", "--port", str(self.port), "--access-log"],
                env={**os.environ, "EMFAIR_HOME": str(self.home)},
                stdout=log,
                stderr=log,
            )
        while True:
            try:
                httpx.get(f"{self.url}/api/v1/health")
            except httpx.TransportError:
                assert self.process.poll() is None, self.logs[-1].read_text()
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """End it without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def parts(self, start: int) -> list[str]:
        """Return the parts that arrived, as start number `start` of the server tells."""
        said = self.logs[start].read_text()
        return re.findall(rf'"PUT ({PART}) HTTP/1.1" 200', said)

    def wait_for_parts(self, number: int) -> None:
        """Wait until so many parts have arrived since the last start."""
        end = time.monotonic() + 60
        while len(self.parts(-1)) < number:
            assert time.monotonic() < end, self.logs[-1].read_text()
            time.sleep(0.01)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "home")
    yield running
    running.kill()


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """Return a file of many parts."""
    path = tmp_path / "big.raw"
    path.write_bytes(os.urandom((COUNT - 1) * 16 * MIB + 3))
    return path


def check_stored(home: Path, experiment: str, big: Path) -> None:
    with open_services(read_settings(home=home)) as services:
        place = services.registry.experiments.get(experiment).place
        (file,) = read_manifest(services, place, 1).files
        assert file.sha256 == sha256_file(big)
        stored = Path(services.lake.locate(layout.raw_file(place, file.path)))
        assert sha256_file(stored) == sha256_file(big)


def test_a_server_that_is_killed_half_way_is_waited_for(server, big):
    found: list[str] = []

    def send() -> None:
        with Client(server.url, bandwidth=Bandwidth(30 * MIB)) as client:
            found.append(deposit(client, request(big)).place.experiment)

    sender = Thread(target=send)
    sender.start()
    for _ in range(2):
        server.wait_for_parts(3)
        server.kill()
        time.sleep(0.5)
        server.start()
    sender.join(timeout=120)
    assert found
    told = [server.parts(start) for start in range(3)]
    assert all(len(one) >= 3 for one in told[:2])
    assert sum(map(len, told)) == len({path for one in told for path in one}) <= COUNT
    check_stored(server.home, found[0], big)


def test_a_sender_that_is_killed_half_way_sends_only_the_rest(server, big):
    command = [
        sys.executable, "-c", _MAIN, "deposit", str(big), "--server", server.url,
        "--project", "Minerals", "--proposal", "2026-A", "--sample", "Lamella",
    ]  # fmt: skip
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([*command, "--limit-rate", "40MiB"], **quiet) as sender:
        server.wait_for_parts(4)
        sender.kill()
        sender.communicate()
    time.sleep(0.5)
    server.kill()  # to count anew; what it has taken is on disk
    arrived = set(server.parts(0))
    assert 4 <= len(arrived) < COUNT
    server.start()
    done = subprocess.run([*command, "--json"], **quiet, check=False)
    assert done.returncode == 0, done.stderr
    again = server.parts(1)
    assert not arrived & set(again)
    assert len(again) <= COUNT - 4
    found = re.search(r'"experiment": "(e-[^"]+)"', done.stdout)
    assert found
    check_stored(server.home, found[1], big)


@pytest.mark.parametrize("silent", [False, True], ids=["busy", "silent"])
def test_a_person_who_interrupts_is_not_kept_waiting(server, big, silent):
    command = [
        sys.executable, "-c", _MAIN, "deposit", str(big), "--server", server.url, "--limit-rate",
        "20MiB", "--project", "Minerals", "--proposal", "2026-A", "--sample", "Lamella",
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as sender:
        server.wait_for_parts(1)
        if silent:
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(1)
        begun = time.monotonic()
        sender.send_signal(signal.SIGINT)
        _, complaints = sender.communicate(timeout=30)
    assert time.monotonic() - begun < 5
    assert sender.returncode != 0
    assert "Traceback" not in complaints
