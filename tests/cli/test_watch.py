"""``emfair watch`` as people run it: a process that is killed, stopped, asked; sessions edited."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from emfair.api.app import create_app
from emfair.cli.main import app
from emfair.client.watch.look import look
from emfair.client.watch.state import is_watched
from emfair.client.watch.status import read_status
from emfair.model.canonical import sha256_file
from emfair.service.annotations import current
from emfair.service.documents import sealed_manifest
from emfair.service.nouns.tokens import Wanted, create
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.server import serving
from tests.cli.test_program import SCRIPT
from tests.service.lab import someone

PLACE = ("--project", "Minerals", "--proposal", "2026-A", "--sample", "Quartz")
QUICK = ("--settle", "1s", "--interval", "0.2s", "--companion", "3s")


class Bench:
    """A folder, stores of its own, and watchers as processes."""

    def __init__(self, folder: Path) -> None:
        self.home, self.root, self.state = folder / "home", folder / "data", folder / "state"
        self.root.mkdir()
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(folder), "EMFAIR_HOME": str(self.home),
            "COLUMNS": "200", "LC_ALL": "C.UTF-8",
        }  # fmt: skip

    def start(self, *options: str, gap: str = "6s") -> subprocess.Popen[bytes]:
        """Start a watcher."""
        return subprocess.Popen(
            [SCRIPT, "watch", self.root, "--state", self.state, *QUICK, "--gap", gap, *options],
            env=self.environment, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    @contextmanager
    def watching(self, *options: str, gap: str = "6s") -> Iterator[subprocess.Popen[bytes]]:
        """Have a watcher at work, and stop it as an operating system does."""
        running = self.start(*options, gap=gap)
        try:
            yield running
        finally:
            running.send_signal(signal.SIGTERM)
            assert running.wait(60) == 0

    def ask(self, *arguments: object, code: int = 0) -> Any:
        """Run a command beside the watcher; return its JSON."""
        name, *rest = arguments
        call = ["watch", name, self.root, *rest, "--state", self.state, "--json"]
        done = CliRunner().invoke(app, list(map(str, call)))
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    def until(self, what: Any, seconds: float = 120) -> list[dict[str, Any]]:
        """Wait until the sessions are as wanted; return them."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (self.state / "spool.db").exists() and what(found := self.ask("sessions")):
                return found
            time.sleep(0.1)
        raise AssertionError(self.log)

    def until_told(self, what: Any, seconds: float = 60) -> dict[str, Any]:
        """Wait until a watcher's status is as wanted; return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = read_status(self.state) or {}
            if is_watched(self.state) and what(found):
                return self.ask("status")
            time.sleep(0.1)
        raise AssertionError(self.log)

    @property
    def log(self) -> str:
        """What the watchers have told."""
        return (self.state / "watch.log").read_text("utf-8")

    @contextmanager
    def stores(self) -> Iterator[Services]:
        """Open the stores."""
        with open_services(read_settings(home=self.home)) as services:
            yield services


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def all_sealed(sessions: list[dict[str, Any]]) -> bool:
    return bool(sessions) and all(one["state"] == "sealed" for one in sessions)


def check_all_there_once(bench: Bench, services: Services) -> None:
    """Compare what lies sealed with what lies in the folder."""
    here = {name: sha256_file(bench.root / name) for name in look(bench.root).files}
    sealed = [row for row in services.registry.experiments.list() if row.manifest_version]
    manifests = [sealed_manifest(services, row) for row in sealed]
    there = [(file.name, file.sha256) for one in manifests if one for file in one.files]
    assert sorted(there) == sorted(here.items())


def microscope(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start a microscope that writes a session with all that real folders have."""
    return subprocess.Popen(
        [SCRIPT, "simulate", folder, "--messy", "--live", *options],
        env={"PATH": "/usr/bin:/bin"}, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_session_is_shipped_as_it_is_written_whatever_kills_the_watcher(bench):
    chance = random.Random(4)  # noqa: S311 -- when to kill is no secret
    writing = microscope(bench.root / "ada", "--rate", "0.7", "--files", "14")
    kills = 0
    while writing.poll() is None or kills < 6:
        running = bench.start(*PLACE, gap="10s")
        time.sleep(chance.uniform(1.5, 4))
        running.kill()
        assert running.wait() == -signal.SIGKILL
        kills += 1
    assert writing.returncode == 0
    with bench.watching(*PLACE, gap="10s"):
        sessions = bench.until(all_sealed)
    with bench.stores() as services:
        check_all_there_once(bench, services)
    assert sum(one["sent"] for one in sessions) == len(look(bench.root).files)


def test_a_session_is_shipped_to_a_server_whatever_kills_the_watcher(bench):
    chance = random.Random(7)  # noqa: S311 -- when to kill is no secret
    with bench.stores() as services, serving(create_app(services)) as url:
        wanted = Wanted(
            "titan", frozenset({"read", "deposit", "annotate"}), services.now() + timedelta(1)
        )
        secret, _ = create(someone(services), wanted)
        bench.environment |= {"EMFAIR_TOKEN": secret, "EMFAIR_HOME": str(bench.home / "nothing")}
        options = (*PLACE, "--server", url, "--limit-rate", "2MB")
        writing = microscope(bench.root / "ada", "--rate", "0.6", "--files", "8")
        (bench.root / "big.raw").write_bytes(os.urandom(9_000_000))
        (bench.root / "emfair.yaml").write_text("{title: Big, sample: {atom_types: [Si, O]}}")
        kills = 0
        while writing.poll() is None or kills < 4:
            running = bench.start(*options, gap="8s")
            time.sleep(chance.uniform(1.5, 4))
            running.kill()
            running.wait()
            kills += 1
        with bench.watching(*options, gap="8s"):
            bench.until(all_sealed)
        check_all_there_once(bench, services)
        found = [row for row in services.registry.experiments.list() if row.title == "Big"]
        (big,) = [row for row in found if row.manifest_version]  # a kill can leave an empty draft
        assert current(services, big.id)[0].sample.atom_types == ("Si", "O")
    assert url in bench.log
    assert secret not in bench.log + (bench.state / "status.json").read_text()


def test_a_server_that_comes_back_gets_what_it_missed(bench):
    (bench.root / "a.tif").write_bytes(b"a")
    with bench.stores() as services:
        with serving(create_app(services)) as url:
            pass
        with bench.watching(*PLACE, "--server", url, gap="3s"):
            told = bench.until_told(lambda found: found.get("problems"))
            assert told["problems"][0]["text"].startswith(url)
            with serving(create_app(services), int(url.rpartition(":")[2])):
                bench.until(all_sealed)
        check_all_there_once(bench, services)


def test_a_watcher_that_is_stopped_stops_at_once_and_goes_on_later(bench):
    (bench.root / "big.raw").write_bytes(os.urandom(40_000_000))
    options = (*PLACE, "--limit-rate", "3MB")
    with bench.watching(*options):
        bench.until_told(lambda found: found.get("underway", {}).get("what") == "sending")
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 10
    assert bench.ask("status", code=3)["watching"] is False
    assert "stopped" in bench.log.splitlines()[-1]
    with bench.watching(*PLACE):
        bench.until(all_sealed)
    with bench.stores() as services:
        check_all_there_once(bench, services)


def test_a_watcher_that_cannot_reach_the_server_to_seal_is_stopped_at_once(bench):
    (bench.root / "a.tif").write_bytes(b"a")
    with bench.stores() as services:
        with serving(create_app(services)) as url:
            running = bench.start(*PLACE, "--server", url)
            bench.until(lambda found: found and found[0]["sent"] == 1)
        time.sleep(8)  # the session is over: it is to be sealed
        running.send_signal(signal.SIGTERM)
        stopped = time.monotonic()
        assert running.wait(60) == 0
        assert time.monotonic() - stopped < 4
        with (
            serving(create_app(services), int(url.rpartition(":")[2])),
            bench.watching(*PLACE, "--server", url),
        ):
            bench.until(all_sealed)
        check_all_there_once(bench, services)


def test_sessions_are_seen_changed_and_sealed_beside_the_watcher(bench):
    for name in ("ada/a.tif", "ada/b.tif", "ben/c.tif"):
        (bench.root / name).parent.mkdir(exist_ok=True)
        (bench.root / name).write_bytes(name.encode())
    with bench.watching(gap="2h"):
        found = bench.until(lambda found: len(found) == 2)
        ada = next(one["session"] for one in found if one["folder"] == "ada")
        ben = next(one["session"] for one in found if one["folder"] == "ben")
        assert {one["state"] for one in found} == {"waiting"}
        assert "nothing says its project" in found[0]["why"]
        assert f"notes in {bench.state}" in bench.log
        assert "names the project, proposal, sample; nothing is sent" in bench.log
        empty = ["watch", "edit", str(bench.root), str(ada), "--state", str(bench.state)]
        done = CliRunner().invoke(app, empty)
        assert (done.exit_code, done.stdout) == (2, "")
        assert f"session {ada}: there is nothing to change." in done.stderr
        told = bench.ask("edit", ada, *PLACE, "--title", "Grains")
        assert (told["title"], told["sample"]) == ("Grains", "Quartz")
        bench.until(lambda found: any(one["sent"] == 2 for one in found))
        bench.ask("edit", ben, "--merge", ada, *PLACE)
        split = bench.ask("edit", ben, "--split", "ada/b.tif", "--title", "Alone")["session"]
        for number in (ben, split):
            assert bench.ask("seal", number)["state"] == "ending"
        bench.until(all_sealed)
    with bench.stores() as services:
        check_all_there_once(bench, services)
        rows = services.registry.experiments.list()
        titles = {row.title: row.state.value for row in rows}
        assert titles["Alone"] == "sealed"


def test_the_page_and_the_document_tell_the_same(bench):
    (bench.root / "a.tif").write_bytes(b"a")
    with bench.watching(*PLACE, "--status-port", "0", gap="2h"):
        bench.until(lambda found: found and found[0]["sent"] == 1)
        page = bench.until_told(lambda found: found.get("page"))["page"]
        assert httpx.get(f"{page}status.json").json()["sessions"][0]["sent"] == 1
        assert "a.tif" in httpx.get(page).text
        assert bench.ask("status")["watching"] is True
        assert "nothing is sent" not in bench.log


def test_a_lake_and_notes_inside_of_the_watched_folder_are_not_shipped_into_themselves(bench):
    bench.state = bench.root / "notes"
    bench.environment["EMFAIR_LAKE_URL"] = (bench.root / "my lake").as_uri()
    (bench.root / "a.tif").write_bytes(b"a")
    with bench.watching(*PLACE, gap="3s"):
        (one,) = bench.until(all_sealed)
        time.sleep(3)
        assert bench.ask("status")["files"] == one["sent"] == 1


def test_a_second_watcher_of_the_same_folder_is_refused(bench):
    with bench.watching(*PLACE):
        bench.until(lambda _: True)
        second = subprocess.run(
            [SCRIPT, "watch", bench.root, "--state", bench.state], env=bench.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert second.returncode == 2
        assert "another watcher" in second.stderr


def test_damaged_notes_end_it_with_another_code_than_what_may_pass(bench):
    with bench.watching(*PLACE):
        bench.until(lambda _: True)
    with (bench.state / "spool.db").open("r+b") as notes:
        notes.write(b"x" * 100)
    done = subprocess.run(
        [SCRIPT, "watch", bench.root, "--state", bench.state], env=bench.environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "notes are damaged" in done.stderr


def test_a_folder_that_is_not_there_is_refused_at_first_and_waited_for_later(bench):
    gone = bench.root.rename(bench.root.with_name("gone"))
    first = bench.start(*PLACE)
    assert first.wait(60) == 2
    gone.rename(bench.root)
    with bench.watching(*PLACE):
        bench.until(lambda _: True)
    bench.root.rename(gone)
    with bench.watching(*PLACE):
        deadline = time.monotonic() + 60
        while "does not answer" not in bench.log:
            assert time.monotonic() < deadline


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--settle", "soon"), "no length of time"),
        (("--pattern", "{colour}"), "no pattern"),
        (("--limit-rate", "fast"), "no rate"),
        (("--limit-rate", "10kB"), "too slow"),
        (("--server", "http://example.org"), "example.org"),
    ],
)
def test_wrong_options_are_wrong_calls(emfair, tmp_path, options, words):
    said = emfair("watch", tmp_path, "--state", tmp_path / "state", *options)
    assert said.code == 2
    assert words in said.one_error()
    assert not (tmp_path / "state").exists()


def test_asking_about_a_folder_that_nobody_watches_says_so(emfair, tmp_path):
    options = ("--state", tmp_path / "state")
    for call in (("sessions", tmp_path), ("seal", tmp_path, 1), ("edit", tmp_path, 1)):
        said = emfair("watch", *call, *options)
        assert said.code == 2
        assert "no watcher has looked" in said.one_error()
    said = emfair("watch", "status", tmp_path, *options)
    assert said.code == 3
    assert "not at work" in said.out


def test_help_says_where_the_options_are(emfair):
    assert "emfair watch run --help" in emfair("watch", "--help").out


def test_a_folder_may_be_called_like_a_command(emfair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "no watcher" in emfair("watch", "sessions", "./status", "--state", "s").one_error()
    assert "does not exist" in emfair("watch", "./status", "--state", "s").one_error()
    assert "Usage" in emfair("watch").out + emfair("watch", "--help").out


def test_other_commands_do_not_pay_for_the_watcher():
    code = "import sys, emfair.cli.main; print([m for m in sys.modules if 'emfair.client' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_unit_and_its_example_call_the_watcher_with_options_that_exist():
    folder = Path(__file__).parents[2] / "deploy" / "watch"
    unit = (folder / "emfair-watch.service").read_text("utf-8")
    example = dict(
        line.split("=", 1)
        for line in (folder / "watch.env.example").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )
    command = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    for name, value in example.items():
        command = command.replace(f"${{{name}}}", value).replace(f"${name}", value)
    program, name, *arguments = shlex.split(command.partition("=")[2])
    assert (Path(program).name, name) == ("emfair", "watch")
    group = get_command(app).commands["watch"]
    group.commands["run"].make_context("run", arguments)  # raises if it does not fit
    assert {"EMFAIR_SERVER", "EMFAIR_TOKEN"} <= example.keys()


def test_the_page_of_instructions_names_every_word_of_the_log():
    root = Path(__file__).parents[2]
    text = (root / "docs" / "watch.md").read_text("utf-8")
    sources = [*(root / "emfair/client/watch").glob("*.py"), root / "emfair/cli/watch.py"]
    told = r"""\.tell\(\s*"([a-z ]+)\""""
    words = {word for one in sources for word in re.findall(told, one.read_text("utf-8"))}
    assert words >= {"shipped", "sealed", "problem", "well again"}
    assert {word for word in words if f"`{word}`" not in text} == set()
