"""``emfair simulate``: what a person may ask, what they are told, and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest
import typer
from typer.testing import CliRunner

from emfair.cli.simulate import simulate
from tests.cli.conftest import Said


@pytest.fixture
def run(home):
    """Call the command."""
    app = typer.Typer()
    app.command()(simulate)

    def call(*arguments: object) -> Said:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return call


def test_a_session_is_written_and_told_line_by_line(run, tmp_path):
    said = run(tmp_path / "m", "--session", "sem", "--rate", "fast")
    assert said.code == 0
    *lines, total = said.out.splitlines()
    assert len(lines) == 5
    assert "SEM imaging" in lines[0]
    assert "001 gold.tif" in lines[0]
    assert "2026-03-02 09:00:00" in lines[0]
    assert total.startswith("5 acquisitions, ")
    assert "MB/s" in total


def test_the_truth_stands_outside_and_is_what_json_says(run, tmp_path):
    truth = tmp_path / "truth.json"
    said = run(
        tmp_path / "m",
        "--session",
        "mixed",
        "--files",
        1,
        "--rate",
        "fast",
        "--truth",
        truth,
        "--json",
    )
    assert said.code == 0
    assert said.json == json.loads(truth.read_text())
    assert [one["session"] for one in said.json["acquisitions"]] == ["tem", "sem", "tilt"]
    for one in said.json["acquisitions"]:
        for name in one["files"]:
            assert (tmp_path / "m" / name).is_file()


def test_a_truth_among_the_files_is_a_wrong_call(run, tmp_path):
    said = run(tmp_path / "m", "--rate", "fast", "--truth", tmp_path / "m" / "truth.json")
    assert said.code == 2
    assert "the truth would lie among the files" in said.one_error()
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("rate", ["slow", "0", "-3", "nan", "1e9"])
def test_a_rate_that_is_none_is_a_wrong_call(run, tmp_path, rate):
    said = run(tmp_path / "m", f"--rate={rate}")
    assert said.code == 2
    assert "no rate" in said.one_error()


@pytest.mark.parametrize("start", ["yesterday", "2026-03-02", "2026-03-02T09:00:00"])
def test_a_begin_without_an_offset_is_a_wrong_call(run, tmp_path, start):
    said = run(tmp_path / "m", "--rate", "fast", "--start", start)
    assert said.code == 2
    assert "no time with an offset" in said.one_error()


def test_a_folder_in_use_is_a_wrong_call(run, tmp_path):
    (tmp_path / "mine.dm4").touch()
    said = run(tmp_path, "--rate", "fast")
    assert said.code == 2
    assert "is not empty" in said.one_error()


def test_ctrl_c_ends_it_with_whole_files_and_their_truth(tmp_path):
    root, truth = tmp_path / "m", tmp_path / "truth.json"
    code = (
        # where the tests run in the background, SIGINT is ignored, and children inherit that
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import typer; from emfair.cli.simulate import simulate; typer.run(simulate)"
    )
    command = [
        sys.executable,
        "-c",
        code,
        root,
        "--session",
        "sem",
        "--rate",
        "2",
        "--truth",
        truth,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        deadline = time.monotonic() + 120
        while not root.is_dir() or not list(root.glob("002*.downloading")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=20)
        assert running.returncode == 130
    names = [path.name for path in root.iterdir()]
    assert "001 gold.tif" in names
    assert not any("downloading" in name for name in names)
    assert f"{len(names)} acquisition".encode() in out
    assert b"Traceback" not in err
    assert b"stopped" in err
    assert len(json.loads(truth.read_text())["acquisitions"]) == len(names)
