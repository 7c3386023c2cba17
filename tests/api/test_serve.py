"""``emfair serve``: who is let in, who is believed, and how it ends."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from emfair.api.limits import EACH_MINUTE
from emfair.api.serve import GRACE, serve
from emfair.errors import BadSetting
from emfair.settings import read_settings

ISSUER = "https://login.lab.test/"
BLOCK = bytes(1 << 16)


class Served:
    """``emfair serve`` in a process of its own."""

    def __init__(self, home: Path, *options: str, grace: int = GRACE, **environment: str) -> None:
        code = "from emfair.cli.main import main; from emfair.api import serve; "
        code += f"serve.GRACE = {grace}; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", *options],
            env={**os.environ, "EMFAIR_HOME": str(home), "EMFAIR_APP_PORT": "0", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if "Ctrl-C" in line:
                break
        found = re.search(r"http://\S+/api/v1", "".join(self.said))
        self.url = found[0] if found else ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for something, once it answers."""
        while True:
            try:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return httpx.get(f"{self.url}{path}", headers=named, timeout=30)
            except httpx.ConnectError:
                assert self.process.poll() is None, self.process.stdout.read()
                time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to stop; return its exit code, and what it said since."""
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=40)
        return self.process.returncode, said


Start = Callable[..., Served]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[Served] = []

    def begin(*options: str, grace: int = GRACE, **environment: str) -> Served:
        running.append(Served(tmp_path / "home", *options, grace=grace, **environment))
        return running[-1]

    yield begin
    for served in running:
        if served.process.poll() is None:
            served.process.kill()
        served.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_this_machine_says_so_and_stops_in_order(start, number):
    served = start()
    assert "No login" in "".join(served.said)
    assert "emfair process --pending" in "".join(served.said)
    assert served.get("/health").status_code == 200
    assert served.get("/experiments").json()["items"] == []
    assert served.stop(number) == (0, ""), "nor is there a line for any request"


def test_a_line_for_every_request_is_written_where_it_is_wished_for(start):
    served = start("--access-log")
    served.get("/health")
    assert "GET /api/v1/health" in served.stop()[1]


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.0.2.1"])  # noqa: S104
def test_without_an_issuer_it_listens_to_nobody_else(host, tmp_path):
    with pytest.raises(BadSetting, match="this machine only"):
        serve(read_settings(home=tmp_path), host, 0)
    assert list(tmp_path.iterdir()) == [], "nothing was opened before"


def test_a_port_in_use_is_said(start, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadSetting, match=f"port {port}"):
            serve(read_settings(home=tmp_path), "127.0.0.1", port)


def test_with_an_issuer_it_listens_everywhere_and_nobody_comes_in_without_a_token(start):
    public = {"EMFAIR_OIDC_ISSUER": ISSUER, "EMFAIR_APP_URL": "https://emfair.lab.test"}
    served = start("--host", "0.0.0.0", **public)  # noqa: S104
    assert f"People log in at {ISSUER}" in "".join(served.said)
    served.url = served.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
    assert served.get("/health", host="emfair.lab.test").status_code == 200
    assert served.get("/experiments", host="emfair.lab.test").json()["items"] == []
    answer = served.get("/tokens", host="emfair.lab.test")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_name_for_this_machine_is_refused(start):
    """A page on the internet may point its own name here (DNS rebinding)."""
    served = start(EMFAIR_APP_URL="https://emfair.lab.test")
    for name in ("evil.example", "emfair.lab.test", "127.0.0.1.evil.example"):
        answer = served.get("/experiments", host=name)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
    assert served.get("/experiments", host="localhost").status_code == 200


def strangers(served: Served) -> set[int]:
    """Let many strangers ask once, as a proxy in front of them tells; return the statuses."""
    served.get("/health")
    wrong = {"Authorization": f"Bearer emf_{'a' * 16}_{'b' * 43}"}
    with httpx.Client(headers=wrong, timeout=30) as api:
        return {
            api.get(
                f"{served.url}/experiments", headers={"X-Forwarded-For": f"192.0.2.{number}"}
            ).status_code
            for number in range(2 * EACH_MINUTE)
        }


def test_a_proxy_is_believed_only_where_it_is_trusted(start):
    assert strangers(start(EMFAIR_TRUSTED_PROXIES="127.0.0.0/8")) == {401}
    assert strangers(start()) == {401, 429}, "it would be a way around the limit"


def announced(api: httpx.Client, size: int) -> str:
    """Return the upload of a file of so many bytes in a new experiment."""
    place = {"project": "P", "proposal": "Q", "sample": "S", "title": "night"}
    experiment = api.post("/experiments", json=place).json()["id"]
    file = {"name": "a.dm4", "size": size, "modified_at": "2026-01-22T12:00:00Z"}
    answer = api.post(f"/experiments/{experiment}/uploads", json={"files": [file]}).json()
    return str(answer["uploads"][0]["id"])


def test_a_request_that_is_under_way_is_answered_before_it_ends(start):
    served = start()
    served.get("/health")
    api = httpx.Client(base_url=served.url, timeout=30)
    size = 4 * len(BLOCK)
    upload = announced(api, size)
    sending = threading.Event()

    def slowly() -> Iterator[bytes]:
        for _ in range(4):
            yield BLOCK
            sending.set()
            time.sleep(0.5)

    answers: list[httpx.Response] = []
    headers = {"Content-Length": str(size)}
    thread = threading.Thread(
        target=lambda: answers.append(
            api.put(f"/uploads/{upload}/parts/1", content=slowly(), headers=headers)
        )
    )
    thread.start()
    sending.wait()
    code, _ = served.stop()
    thread.join()
    assert (code, answers[0].status_code, answers[0].json()["size"]) == (0, 200, size)
    again = start()
    assert again.get(f"/uploads/{upload}").json()["parts"][0]["size"] == size


def test_a_silent_sender_keeps_it_no_longer_than_its_grace(start, tmp_path):
    served, part = start(grace=1), b"x" * (16 << 20)
    served.get("/health")
    with httpx.Client(base_url=served.url, timeout=30) as api:
        upload = announced(api, len(part) + len(BLOCK))
        path = f"/uploads/{upload}/parts"
        kept = api.put(f"{path}/2", content=BLOCK).raise_for_status().json()
    with socket.create_connection((api.base_url.host, api.base_url.port)) as line:
        head = f"PUT /api/v1{path}/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(part)}"
        line.sendall(f"{head}\r\n\r\n".encode() + part[: len(part) // 2])
        (data,) = tmp_path.glob("home/lake/.tmp/uploads/*.data")
        while data.read_bytes()[:1] != part[:1]:
            time.sleep(0.02)
        began = time.monotonic()
        assert served.stop()[0] == 0
        assert time.monotonic() - began < 10
    again = start()
    assert again.get(f"/uploads/{upload}").json()["parts"] == [kept]
    httpx.put(f"{again.url}{path}/1", content=part, timeout=30).raise_for_status()
    whole = httpx.post(f"{again.url}/uploads/{upload}/complete", json={}, timeout=30)
    assert whole.json()["sha256"] == hashlib.sha256(part + BLOCK).hexdigest()
