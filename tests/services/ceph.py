"""A real Ceph RADOS Gateway on free ports of loopback, from Debian's packages.

Monitor, object store and gateway are three processes; all data are in memory, so that they are
killed at the end: an orderly one takes seconds. The gateway speaks HTTP, and HTTPS with a
certificate that only its own authority vouches for, as data centres have it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.services.certificates import write_certificates
from tests.services.held import daemon, free_port, hold, listens, serve, wait_for

PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
INSTALL = "apt-get install -y --no-install-recommends ceph-mon ceph-osd radosgw"
TEMPLATE = Path(__file__).with_suffix(".conf")


@dataclass(frozen=True)
class Gateway:
    """How the gateway is reached; `authority` is a file in PEM."""

    http: str
    https: str
    authority: str
    access_key: str
    secret_key: str

    def environment(self) -> dict[str, str]:
        """Return the AWS variables for HTTP."""
        return {
            "AWS_ENDPOINT_URL": self.http,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1",
        }


def gateway() -> Gateway:
    """Return this process' gateway, started at the first call.

    Without Ceph's programs the test is skipped by name; on CI it fails.
    """
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        reason = f"needs Ceph ({', '.join(missing)}): {INSTALL}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return _held()


@cache
def _held() -> Gateway:
    return Gateway(**hold(__name__))


@contextmanager
def _start(folder: Path) -> Iterator[dict[str, Any]]:
    ports = {name: free_port() for name in ("mon", "http", "https")}
    fsid = str(uuid.uuid4())
    write_certificates(folder)
    conf = folder / "ceph.conf"
    conf.write_text(TEMPLATE.read_text().format(folder=folder, fsid=fsid, **ports))
    with ExitStack() as running:

        def run(program: str, *arguments: str | Path) -> None:
            _run(program, "-c", conf, *arguments, cwd=folder)

        def start(program: str, name: str, port: int | None = None) -> None:
            log = folder / f"{program}.out"
            server = running.enter_context(
                daemon([program, "-c", conf, "-n", name, "-f"], log, signal.SIGKILL, cwd=folder)
            )
            if port:
                wait_for(lambda: listens(port), server, log)

        _make_monitor(folder, fsid, ports["mon"], conf)
        start("ceph-mon", "mon.a", ports["mon"])
        osd = str(uuid.uuid4())
        (folder / "osd").mkdir()
        run("ceph", "osd", "new", osd, "0")
        run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        start("ceph-osd", "osd.0")
        keys = {"access_key": secrets.token_hex(8), "secret_key": secrets.token_hex(16)}
        # This waits for the object store, and makes the pools that the gateway needs.
        run(
            "radosgw-admin", "-n", "client.rgw", "user", "create", "--uid=emfair",
            "--display-name=emfair", f"--access-key={keys['access_key']}",
            f"--secret-key={keys['secret_key']}",
        )  # fmt: skip
        start("radosgw", "client.rgw", ports["http"])
        yield {
            "http": f"http://127.0.0.1:{ports['http']}",
            "https": f"https://127.0.0.1:{ports['https']}",
            "authority": str(folder / "authority.pem"),
            **keys,
        }


def _make_monitor(folder: Path, fsid: str, port: int, conf: Path) -> None:
    addresses, monmap = f"[v2:127.0.0.1:{port}]", folder / "monmap"
    (folder / "mon").mkdir()
    _run("monmaptool", "--create", "--addv", "a", addresses, "--fsid", fsid, monmap, cwd=folder)
    _run("ceph-mon", "-c", conf, "--mkfs", "-i", "a", "--monmap", monmap, cwd=folder)


def _run(*command: str | Path, cwd: Path) -> None:
    """Run a program that ends by itself; it is heard only if it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=cwd)
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    serve(_start)
