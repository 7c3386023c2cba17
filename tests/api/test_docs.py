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

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def server(tmp_path):
    with (
        open_services(read_settings(home=tmp_path / "home")) as services,
        serving(create_app(services)) as url,
    ):
        yield url, services


def check_sealed(services, name: str, content: bytes) -> None:
    (row,) = services.registry.experiments.list()
    assert row.state is ExperimentState.SEALED
    (file,) = sealed_manifest(services, row).files
    assert (file.name, file.sha256) == (name, sha256_bytes(content))


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_walk_by_hand_ends_with_a_sealed_experiment(server, tmp_path):
    url, services = server
    (tmp_path / "scan.dm4").write_bytes(b"what a microscope wrote")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block("bash")],
        cwd=tmp_path, env={**os.environ, "URL": f"{url}/api/v1", "TOKEN": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    check_sealed(services, "scan.dm4", b"what a microscope wrote")


def test_the_walk_in_python_ends_with_a_sealed_experiment(server, tmp_path, monkeypatch):
    url, services = server
    (tmp_path / "session").mkdir()
    (tmp_path / "session" / "scan.dm4").write_bytes(b"what a microscope wrote")
    monkeypatch.chdir(tmp_path)
    code = block("python").replace("https://emfair.example.org", url)
    exec(compile(code, "docs/api.md", "exec"), {"TOKEN": ""})  # noqa: S102  our own page
    check_sealed(services, "session/scan.dm4", b"what a microscope wrote")
