"""The command line, called in this process; every test has a home of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from emfair.cli.main import app
from tests.service.lab import COMPLETE


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its answer."""
        return json.loads(self.out)

    def one_error(self) -> str:
        """Check that it said one error, with what to do, and nothing else; return the error."""
        assert self.out == ""
        assert self.err.startswith("error: ")
        assert "Traceback" not in self.err
        head, *rest = self.err.splitlines()
        assert any(line.startswith("  ") and line.strip() for line in rest), "no remedy"
        return head


Emfair = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("EMFAIR_HOME", str(folder))
    monkeypatch.setenv("COLUMNS", "200")
    return folder


@pytest.fixture
def emfair(home: Path) -> Emfair:
    """Call a command; anything but an exit is a crash, and fails the test."""

    def call(*arguments: object) -> Said:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Return a complete annotation file."""
    path = tmp_path / "notes.yaml"
    path.write_text(yaml.safe_dump(COMPLETE))
    return path


@pytest.fixture
def place() -> tuple[str, ...]:
    """Return where deposits go."""
    return ("--project", "Minerals", "--proposal", "2026-A", "--sample", "Quartz")


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name an S3 endpoint at which nobody listens."""
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def image(corpus: Path) -> Path:
    return corpus / "dm3_2D_data" / "test-1.dm3"
