"""``emfair lake``."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from emfair.cli.lake import lake
from tests.services.ceph import gateway


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Return a function that runs the command with some variables."""
    monkeypatch.setenv("EMFAIR_HOME", str(tmp_path / "home"))

    def run_it(*arguments: str, **environment: str):
        return CliRunner(env=environment).invoke(lake, ["setup", *arguments])

    return run_it


def test_a_folder_is_said_to_need_nothing(run, tmp_path):
    done = run()
    assert done.exit_code == 0
    assert "needs nothing" in done.output
    assert run("--json").output == "[]\n"
    assert not (tmp_path / "home").exists()


def test_a_bucket_is_made_and_what_ceph_lacks_is_said(run):
    environment = {
        **gateway().environment(),
        "EMFAIR_LAKE_URL": "s3://made-by-setup/emfair",
        "EMFAIR_APP_URL": "https://emfair.example.org/app",
    }
    done = run("--json", **environment)
    assert done.exit_code == 0, done.output
    steps = json.loads(done.output)
    assert [step["outcome"] for step in steps] == ["made", "not supported", "made", "made", "made"]
    assert "CORS for https://emfair.example.org" in [step["what"] for step in steps]
    told = run(**environment).output
    assert told.count("was so") == 4
    assert "versioning keeps both" in " ".join(told.split())


def test_wrong_keys_are_a_wrong_call_and_a_silent_store_is_not_available(run):
    known = {**gateway().environment(), "EMFAIR_LAKE_URL": "s3://some-bucket"}
    wrong = run(**{**known, "AWS_SECRET_ACCESS_KEY": "wrong"})
    assert (wrong.exit_code, "AWS_SECRET_ACCESS_KEY" in wrong.output) == (2, True)
    silent = run(**{**known, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert (silent.exit_code, "did not answer" in silent.output) == (3, True)
