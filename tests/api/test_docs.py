"""What the API's page tells people to type works as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from emfair.api.app import create_app
from emfair.model.canonical import sha256_bytes
from emfair.model.states import ExperimentState
from emfair.service.documents import sealed_manifest
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.server import serving
from tests.services.registries import furnished

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def server(tmp_path):
    with (
        open_services(read_settings(home=furnished(tmp_path / "home"))) as services,
        serving(create_app(services)) as url,
    ):
        yield url, services


def check_sealed(services, name: str, content: bytes) -> None:
    (row,) = services.registry.experiments.list()
    assert row.state is ExperimentState.SEALED
    (file,) = sealed_manifest(services, row).files
    assert (file.name, file.sha256) == (name, sha256_bytes(content))


def walk(url: str, folder: Path, *texts: str) -> str:
    done = subprocess.run(
        ["bash", "-c", "\n".join(texts)],
        cwd=folder, env={**os.environ, "URL": f"{url}/api/v1", "TOKEN": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def curl() -> None:
    """Without curl a test is skipped by name, on CI it fails."""
    if shutil.which("curl") is None:
        missing = "needs curl: apt-get install -y --no-install-recommends curl"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.mark.usefixtures("curl")
def test_the_walk_by_hand_ends_with_a_sealed_experiment_and_can_be_repeated(server, tmp_path):
    url, services = server
    (tmp_path / "scan.dm4").write_bytes(b"what a microscope wrote")
    known = blocks("bash")[0]
    for _ in range(2):
        walk(url, tmp_path, known)
        check_sealed(services, "scan.dm4", b"what a microscope wrote")


@pytest.mark.usefixtures("curl")
def test_the_walk_of_files_that_come_one_by_one_ends_with_another(server, tmp_path):
    url, services = server
    (tmp_path / "scan.dm4").write_bytes(b"what a microscope wrote")
    (tmp_path / "log.txt").write_bytes(b"and a person")
    assert walk(url, tmp_path, *blocks("bash")).endswith("sealed\n")
    row = next(row for row in services.registry.experiments.list() if row.title == "As they come")
    assert {file.name: file.sha256 for file in sealed_manifest(services, row).files} == {
        "scan.dm4": sha256_bytes(b"what a microscope wrote"),
        "log.txt": sha256_bytes(b"and a person"),
    }


def test_the_walk_in_python_ends_with_a_sealed_experiment(server, tmp_path, monkeypatch):
    url, services = server
    (tmp_path / "session").mkdir()
    (tmp_path / "session" / "scan.dm4").write_bytes(b"what a microscope wrote")
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    code = code.replace("https://emfair.example.org", url)
    exec(compile(code, "docs/api.md", "exec"), {"TOKEN": ""})  # noqa: S102  our own page
    check_sealed(services, "session/scan.dm4", b"what a microscope wrote")
