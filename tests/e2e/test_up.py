"""``emfair up`` as a person has it: real processes, a real browser, and nothing left behind."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from tests.api.filled import ODD_TITLE, fill
from tests.e2e.browser import CHROMIUM, chromium_path

ROOT = Path(__file__).parents[2]
COMMAND = (
    "from emfair.service.up import up; from emfair.settings import read_settings; "
    "from emfair.errors import EmfairError\n"
    "try: up(read_settings())\n"
    "except EmfairError as error: raise SystemExit(str(error))"
)


class Up:
    """``emfair up`` in a process, and what it says."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", COMMAND],
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "EMFAIR_HOME": str(home),
                "EMFAIR_APP_PORT": "0",
                "EMFAIR_DAGSTER_PORT": "0",
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ready(self) -> dict[str, str]:
        """Return the URLs by name, once everything answers."""
        assert self.process.stdout is not None
        urls: dict[str, str] = {}
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if found := re.match(r"(\w+) +(http://\S+)", line):
                urls[found[1]] = found[2]
            if "Ctrl-C" in line:
                return urls
        pytest.fail("".join(lines))

    def processes(self) -> set[int]:
        """Return all processes that belong to this home: they carry it in their environment."""
        mark = f"EMFAIR_HOME={self.home}".encode()
        found = set()
        for entry in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in entry.read_bytes().split(b"\0"):
                    found.add(int(entry.parent.name))
            except OSError:
                continue
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(40)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def made(
    corpus: Path, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, str]]:
    home = tmp_path_factory.mktemp("home")
    return home, fill(home, corpus, run_folder)


@pytest.fixture(scope="module")
def urls(made: tuple[Path, dict[str, str]]) -> Iterator[dict[str, str]]:
    running = Up(made[0])
    yield running.ready()
    assert len(running.processes()) > 3
    assert running.stop() == 0
    assert running.processes() == set()


@pytest.fixture(scope="module")
def browser(urls: dict[str, str]) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)
        yield chromium.new_page()
        chromium.close()


def test_all_answer_on_this_machine_only(urls):
    for url in urls.values():
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(url, timeout=10, follow_redirects=True).status_code == 200


def test_another_name_for_this_machine_is_refused(urls):
    """A page on the internet may point its own name here (DNS rebinding)."""
    host, port = urls["App"].removeprefix("http://").split(":")
    for path in ("/", "/api/v1/experiments", "/_stcore/health"):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode()
            )
            assert connection.recv(100).startswith(b"HTTP/1.1 400")


def test_a_page_opened_first_by_its_own_address_has_its_frame(urls, browser):
    browser.goto(urls["App"] + "/sql")
    browser.get_by_role("heading", name="Ask the index").wait_for()
    browser.get_by_role("link", name="Experiments").wait_for()
    browser.locator(".em-foot").wait_for()
    assert browser.get_by_test_id("stSidebarNav").count() == 0


def test_a_person_finds_an_experiment_and_sees_what_to_fill_in(urls, browser, made):
    outside: list[str] = []
    browser.on("request", lambda request: outside.append(request.url))
    browser.goto(urls["App"])
    browser.get_by_role("link", name="Needs input").click()
    browser.wait_for_url("**/experiments?state=needs-input")
    browser.get_by_role("link", name=ODD_TITLE).click()
    browser.wait_for_url(f"**/experiment?id={made[1]['needs-input']}")
    browser.get_by_role("heading", name=ODD_TITLE).wait_for()
    browser.get_by_role("link", name="Fill in Sample › Elements in the sample").wait_for()
    picture = browser.locator(".em-picture img").first
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    here = ("http://127.0.0.1:", "data:", "blob:")
    assert [url for url in outside if not url.startswith(here)] == []


def test_sql_is_answered_in_the_browser(urls, browser, made):
    browser.goto(urls["App"] + "/sql?sql=SELECT%20nope%20FROM%20files")
    slip = browser.get_by_text('Referenced column "nope" not found')
    slip.wait_for()
    question = f"SELECT count(*) AS n FROM files WHERE experiment_id = '{made[1]['valid']}'"
    browser.get_by_label("SQL, in DuckDB's dialect").fill(question)
    browser.get_by_role("button", name="Ask").click()
    browser.get_by_text("1 row.").wait_for()
    slip.wait_for(state="detached")
    answer = browser.get_by_test_id("stDataFrame").locator("td")  # what screen readers read
    answer.wait_for(state="attached")
    assert answer.text_content() == "2"


def test_dagster_knows_the_chain(urls):
    query = "{repositoriesOrError{...on RepositoryConnection{nodes{assetNodes{assetKey{path}}}}}}"
    answer = httpx.post(urls["Dagster"] + "/graphql", json={"query": query}, timeout=30)
    nodes = answer.json()["data"]["repositoriesOrError"]["nodes"]
    keys = {key["assetKey"]["path"][0] for node in nodes for key in node["assetNodes"]}
    assert {"raw_upload", "nxem_container", "validation_report", "metadata_index"} <= keys


def test_a_second_one_on_the_same_home_is_refused(urls, made):
    second = Up(made[0])
    said, _ = second.process.communicate(timeout=20)
    assert second.process.returncode == 1
    assert "up already" in said


def test_what_a_killed_one_has_started_ends_before_another_may_begin(tmp_path):
    """Two daemons over one Dagster instance would start every run twice."""
    running = Up(tmp_path)
    running.ready()
    running.stop(signal.SIGKILL)
    assert len(running.processes()) > 3
    end = time.monotonic() + 60
    while not may_begin(tmp_path):
        assert time.monotonic() < end, running.processes()
        time.sleep(0.02)
    assert running.processes() == set()


def may_begin(home: Path) -> bool:
    """Whether the home's lock is free."""
    with (home / "up.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_a_port_in_use_is_named_with_its_setting(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said, _ = Up(tmp_path, EMFAIR_DAGSTER_PORT=port).process.communicate(timeout=20)
    assert "EMFAIR_DAGSTER_PORT" in said
    assert port in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_can_be_stopped_before_anything_answers(tmp_path, number):
    running = Up(tmp_path)
    while not (tmp_path / "logs" / "dagster.log").exists():
        time.sleep(0.02)
        assert running.process.poll() is None
    assert running.stop(number) == 0
    assert running.processes() == set()


def test_signals_in_a_burst_stop_it_too(tmp_path):
    """Each interrupts the handling of the one before: a handler that takes a lock hangs here."""
    running = Up(tmp_path)
    while not (tmp_path / "logs" / "dagster.log").exists():
        time.sleep(0.02)
        assert running.process.poll() is None
    for number in [signal.SIGTERM, signal.SIGHUP, signal.SIGINT] * 100:
        running.process.send_signal(number)
    assert running.stop() == 0
    assert running.processes() == set()


def test_a_child_that_somebody_kills_is_named_without_words_of_before(tmp_path):
    running = Up(tmp_path)
    port = int(running.ready()["App"].rpartition(":")[2])
    with (tmp_path / "logs" / "app.log").open("a") as log:
        log.write("Traceback of long ago\n")
    (app,) = (one for one in running.processes() if listens(one, port))
    os.kill(app, signal.SIGKILL)
    said, _ = running.process.communicate(timeout=60)
    assert running.process.returncode == 1
    assert "app: was ended from outside (SIGKILL)" in said
    assert "app.log" in said
    assert "long ago" not in said
    assert running.processes() == set()


def listens(process: int, port: int) -> bool:
    """Whether a process is the app that listens at a port of this machine."""
    command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    settings = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    return b"ui_streamlit.app" in command and f"EMFAIR_APP_PORT={port}".encode() in settings


def test_a_child_that_dies_is_named_with_its_last_words(tmp_path):
    (tmp_path / "registry.db").write_bytes(b"this is no database" * 100)
    running = Up(tmp_path)
    said, _ = running.process.communicate(timeout=60)
    assert running.process.returncode == 1
    assert said.count("app: stopped by itself") == 1
    assert "app.log" in said
    assert running.processes() == set()
