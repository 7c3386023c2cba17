"""The real program, in a process with nothing of this one's environment."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(sys.executable).with_name("emfair")


def script(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real program, with nothing of this process' environment."""
    return subprocess.run(
        [SCRIPT, *(os.fspath(a) if isinstance(a, Path) else a for a in arguments)],
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "COLUMNS": "200", **environment},
        capture_output=True, text=True, errors="surrogateescape", check=False, timeout=120,
    )  # fmt: skip


def test_a_name_that_no_terminal_can_show_ends_no_program(tmp_path, place):
    nowhere = os.fsdecode(b"caf\xe9\x1b[31m.dm3")
    done = script("deposit", nowhere, *place, EMFAIR_HOME=str(tmp_path), PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert "caf\\xe9" in done.stderr


def test_the_program_answers_in_any_encoding(tmp_path):
    done = script("query", "SELECT 'µ😀' AS x", EMFAIR_HOME=str(tmp_path), PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "\\xb5\\U0001f600" in done.stdout


def test_in_a_pipe_every_row_is_one_line_and_no_column_is_lost(tmp_path):
    sql = "SELECT 'a' AS first, repeat('x', 200) AS long, 'z' AS last"
    done = script("query", sql, EMFAIR_HOME=str(tmp_path), COLUMNS="40")
    head, row = (line.split() for line in done.stdout.splitlines() if line.strip())
    assert head == ["first", "long", "last"]
    assert row == ["a", "x" * 200, "z"]


def test_the_program_starts_without_heavy_imports(tmp_path):
    heavy = "dagster numpy h5py pyarrow sqlalchemy rsciio pydantic"
    code = f"import sys, emfair.cli.main; print(sorted(set('{heavy}'.split()) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_reader_that_stops_early_is_no_crash(tmp_path):
    done = subprocess.run(
        ["/bin/bash", "-c", '"$0" query "$1" --limit 100000 --json | head -1', str(SCRIPT),
         "SELECT * FROM range(100000)"],
        env={"EMFAIR_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stdout == "[\n"
    assert "Traceback" not in done.stderr


def test_the_registry_is_made_where_the_home_is(tmp_path):
    (tmp_path / "home").mkdir()
    script("query", "SELECT 1", EMFAIR_HOME=str(tmp_path / "home"))
    with sqlite3.connect(tmp_path / "home" / "registry.db") as connection:
        assert connection.execute("SELECT count(*) FROM experiment").fetchone() == (0,)
    connection.close()
