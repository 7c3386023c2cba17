"""The real daemon and a real code server: what is deposited is processed by itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster import DagsterEventType, DagsterInstance, RunsFilter

from emfair_assets.process import prepare_home
from tests.service.lab import COMPLETE

BIN = Path(sys.executable).parent
CHAIN = {"raw_upload", "nxem_container", "validation_report", "experiment_record", "metadata_index"}
PATIENCE = 100.0
PLACE = ("--project", "Minerals", "--proposal", "2026-A", "--sample", "Quartz")


@dataclass
class House:
    """A home, its processes, and its command line."""

    home: Path
    environment: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def dagster_home(self) -> Path:
        """Where Dagster keeps its things."""
        return self.home / "dagster"

    def start(self, name: str, *command: str) -> None:
        """Start a process in a group of its own; its words go into a log."""
        with (self.home / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                command, env=self.environment, cwd=self.home, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def stop(self) -> None:
        """End the processes that were started here, and those they started."""
        for name in ("daemon", "code"):
            if name in self.running:
                self._end(self.running[name])

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        for number, grace in ((signal.SIGINT, 10), (signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(grace)
                break
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it left behind

    def emfair(self, *arguments: object) -> Any:
        """Call the command line; return its JSON."""
        done = subprocess.run(
            [BIN / "emfair", *map(str, arguments), "--json"],
            env=self.environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Ask the index."""
        return self.emfair("query", sql)

    def wait(self, what: str, ready: Callable[[], bool]) -> None:
        """Wait until it is so; fail with the logs if it is not, or if a process died."""
        give_up = time.monotonic() + PATIENCE
        while not ready():
            dead = [name for name, process in self.running.items() if process.poll() is not None]
            if dead or time.monotonic() > give_up:
                pytest.fail(f"{what}: not so. Died: {dead or 'none'}.\n{self.logs()}")
            time.sleep(1)

    def logs(self) -> str:
        """Return the last words of all processes."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-6000:]}"
            for path in sorted(self.home.glob("*.log"))
        )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("EMFAIR_")},
        "EMFAIR_HOME": str(home),
        "DAGSTER_HOME": str(home / "dagster"),
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    house = House(home, environment)
    prepare_home(house.dagster_home)
    port = free_port()
    workspace = home / "workspace.yaml"
    server = {"host": "127.0.0.1", "port": port, "location_name": "emfair"}
    workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}))
    try:
        house.start(
            "code", str(BIN / "dagster"), "api", "grpc", "-m", "emfair_assets.definitions",
            "-h", "127.0.0.1", "-p", str(port), "--location-name", "emfair",
        )  # fmt: skip
        house.wait("the code server answers", lambda: answers(port))
        house.start("daemon", str(BIN / "dagster-daemon"), "run", "-w", str(workspace))
        yield house
    finally:
        house.stop()


def materialized(house: House, experiment: str) -> dict[str, set[str]]:
    """Return, by run key, which assets of an experiment Dagster has materialized."""
    found: dict[str, set[str]] = {}
    with DagsterInstance.from_config(str(house.dagster_home)) as instance:
        for run in instance.get_runs(RunsFilter(tags={"dagster/partition": experiment})):
            events = instance.all_logs(run.run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION)
            names = {e.dagster_event.asset_key.to_user_string() for e in events if e.dagster_event}
            found[run.tags["dagster/run_key"]] = names
    return found


def is_complete(house: House, experiment: str) -> bool:
    return list(materialized(house, experiment).values()) == [CHAIN]


def test_a_deposit_is_processed_by_itself_and_again_when_its_annotations_change(
    house, corpus, tmp_path
):
    image = corpus / "dm3_2D_data" / "test_STEM_image.dm3"
    broken = tmp_path / "broken.dm3"
    broken.write_bytes(image.read_bytes()[:2000])
    notes = tmp_path / "notes.yaml"
    notes.write_text(yaml.safe_dump(COMPLETE))
    good = house.emfair("deposit", image, *PLACE, "-a", notes)["experiment"]
    bad = house.emfair("deposit", broken, *PLACE, "-a", notes)["experiment"]

    def verdicts() -> dict[str, str]:
        rows = house.query("SELECT experiment_id, verdict FROM experiments")
        return {row["experiment_id"]: row["verdict"] for row in rows}

    house.wait("both are in the index", lambda: set(verdicts()) == {good, bad})
    assert verdicts() == {good: "valid", bad: "invalid"}
    rows = house.query("SELECT file, acceleration_voltage_V AS V, verdict FROM measurements")
    assert rows == [{"file": "test_STEM_image.dm3", "V": 200000.0, "verdict": "valid"}]
    (finding,) = house.query("SELECT file, rule FROM findings WHERE rule = 'unreadable-file'")
    assert finding["file"] == "broken.dm3"

    for experiment in (good, bad):
        (key,) = materialized(house, experiment)
        assert key.startswith(f"{experiment}:")
        house.wait("it has five materializations", partial(is_complete, house, experiment))

    notes.write_text(
        yaml.safe_dump(COMPLETE | {"sample": COMPLETE["sample"] | {"name": "renamed"}})
    )
    again = house.emfair("deposit", image, *PLACE, "-a", notes)
    assert (again["experiment"], again["annotations_changed"]) == (good, True)

    def name() -> str:
        sql = f"SELECT sample_name FROM experiments WHERE experiment_id = '{good}'"
        return str(house.query(sql)[0]["sample_name"])

    house.wait("the new name is in the index", lambda: name() == "renamed")
    assert len(materialized(house, good)) == 2
    assert len(materialized(house, bad)) == 1
    house.wait("nothing is pending", lambda: house.emfair("process", "--pending") == [])
