"""An emfair as a laptop has it, or as a data centre does, and the processes that use it.

What does not belong here: what is deposited (``test_deposits``).
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from emfair.lake.base import Lake
from emfair.lake.open import open_lake
from emfair.registry import Registry, open_registry
from tests.services.ceph import gateway
from tests.services.oidc.provider import AUDIENCE, provider
from tests.services.postgres import database

PATIENCE = 60.0  # seconds
EMFAIR = str(Path(sys.executable).with_name("emfair"))


@dataclass
class Site:
    """Stores, a server in front of them, and the command line of whoever works with it.

    Attributes
    ----------
    server
        Variables of the machine that serves.
    sender
        Variables of whoever sends: the server's address and a login, and none of its stores.
    """

    folder: Path
    server: dict[str, str]
    sender: dict[str, str] = field(default_factory=dict)
    url: str = ""

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command of emfair's on the server's machine to its end."""
        return self._run(command, self.server | variables)

    def send(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of emfair's as whoever sends, to its end."""
        return self._run(command, self.sender)

    def _run(
        self, command: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [EMFAIR, *command],
            env=environment, capture_output=True, text=True, check=False, cwd=self.folder,
        )  # fmt: skip

    @contextmanager
    def sending(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start a command as whoever sends; kill it at the end, as a power cut would."""
        log = (self.folder / "sender.log").open("ab")
        process = subprocess.Popen(
            [*command],
            env=self.sender, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            log.close()

    @contextmanager
    def stores(self) -> Iterator[tuple[Registry, Lake]]:
        """Look into the stores, past the server."""
        home = self.server["EMFAIR_HOME"]
        registry = self.server.get("EMFAIR_REGISTRY_URL", f"sqlite:///{home}/registry.db")
        lake = self.server.get("EMFAIR_LAKE_URL", Path(home, "lake").as_uri())
        with open_registry(registry) as opened:
            yield opened, open_lake(lake)


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.05)


@contextmanager
def embedded(folder: Path) -> Iterator[Site]:
    """Serve from a folder and SQLite, to this machine alone and without a login."""
    site = Site(folder, environment(folder / "home"))
    with _served(site):
        site.sender = environment(folder / "elsewhere") | {"EMFAIR_SERVER": site.url}
        yield site


@contextmanager
def data_centre(folder: Path) -> Iterator[Site]:
    """Serve from a Ceph RADOS Gateway and PostgreSQL, to whoever has logged in."""
    with ExitStack() as stack:
        registry = stack.enter_context(database())
        oidc = stack.enter_context(provider())
        ceph = gateway().environment()
        ours = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in ceph.items():  # for `stores`, which looks into the lake
            ours.setenv(name, value)
        variables = {
            **ceph,
            "EMFAIR_LAKE_URL": f"s3://lake-{uuid.uuid4().hex[:12]}/emfair",
            "EMFAIR_REGISTRY_URL": registry,
            "EMFAIR_OIDC_ISSUER": oidc.url,
            "EMFAIR_OIDC_AUDIENCE": AUDIENCE,
            "EMFAIR_PROJECTS": "anyone",
        }
        site = Site(folder, environment(folder / "home") | variables)
        made = site.run("lake", "setup")
        assert made.returncode == 0, made.stderr
        stack.enter_context(_served(site))
        site.sender = environment(folder / "elsewhere") | {
            "EMFAIR_SERVER": site.url,
            "EMFAIR_TOKEN": oidc.token("ada"),
        }
        yield site


@contextmanager
def _served(site: Site) -> Iterator[None]:
    log = site.folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [EMFAIR, "serve", "--port", "0"],
            env=site.server, cwd=site.folder, stdin=subprocess.DEVNULL,
            stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        told = re.compile(rb"http://127\.0\.0\.1:\d+")
        wait_until(
            lambda: server.poll() is not None or bool(told.search(log.read_bytes())), "serve"
        )
        found = told.search(log.read_bytes())
        assert found, log.read_text()
        site.url = found[0].decode()
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def environment(home: Path) -> dict[str, str]:
    """Return the variables of a machine of its own."""
    kept: Mapping[str, str] = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("EMFAIR_", "AWS_", "DAGSTER_", "XDG_STATE"))
    }
    return {
        **kept,
        "EMFAIR_HOME": str(home),
        "HOME": str(home.parent),
        "XDG_STATE_HOME": str(home / "state"),
        "NO_PROXY": "127.0.0.1",
    }


def told(done: subprocess.CompletedProcess[str]) -> Any:
    """Return the JSON that a command has printed; it must have ended well."""
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)
