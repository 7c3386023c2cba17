"""``emfair query``: answers for people, for scripts, and when there is none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def test_a_question_is_answered_before_anything_was_indexed(emfair):
    assert emfair("query", "SELECT count(*) AS n FROM experiments", "--json").json == [{"n": 0}]


@pytest.mark.parametrize("command", [("query", "SELECT 1"), ("tags",)])
def test_where_no_emfair_is_it_is_told_and_none_is_made(emfair, home, command):
    home.rmdir()
    said = emfair(*command)
    assert (said.code, "there is no emfair here" in said.one_error()) == (2, True)
    assert not home.exists()


def test_an_answer_is_json_whatever_it_holds(emfair):
    sql = (
        "SELECT 1 AS a, 2 AS a, 'nan'::DOUBLE AS nan, 'inf'::DOUBLE AS inf, now() AS t, "
        "1.5::DECIMAL(9, 2) AS d, [1, NULL] AS l, {'k': 'nan'::DOUBLE} AS s, "
        "'ü\U0001f600' AS text, '\\xAB'::BLOB AS b, NULL AS nothing, INTERVAL 1 DAY AS i"
    )
    (row,) = emfair("query", sql, "--json").json
    assert (row["a"], row["a_2"], row["nan"], row["inf"]) == (1, 2, None, None)
    assert (row["text"], row["b"], row["nothing"], row["s"]) == ("ü😀", "ab", None, {"k": None})


def test_no_column_is_lost_where_names_repeat(emfair):
    sql = "SELECT 1 a, 2 a, 3 a_2, repeat('x', 300) AS b, repeat('y', 300) AS b, 5 AS \"[/c]\""
    (row,) = emfair("query", sql, "--json").json
    assert list(row.values()) == [1, 2, 3, "x" * 300, "y" * 300, 5]
    assert (row["a"], row["a_2"]) == (1, 3)
    head, cells = (line.split() for line in emfair("query", sql).out.splitlines() if line.strip())
    assert head == ["a", "a", "a_2", "b", "b", "[/c]"]
    assert cells == ["1", "2", "3", "x" * 300, "y" * 300, "5"]


@pytest.mark.parametrize("value", ["DATE '290000-01-01'", "TIMESTAMP 'infinity'"])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_time_that_python_cannot_hold_is_told(emfair, value, form):
    said = emfair("query", f"SELECT {value}", *form)
    assert said.code == 2
    assert "outside the years 1 to 9999" in said.one_error()


def test_an_answer_that_is_cut_says_so(emfair):
    said = emfair("query", "SELECT * FROM range(50)", "--limit", "10")
    assert "10 rows, more are there: --limit 100" in said.err


def test_what_a_cell_holds_cannot_steer_the_terminal(emfair):
    said = emfair("query", "SELECT chr(27) || '[31m' || chr(10) || '[bold]x[/bold]' AS x")
    assert "\x1b" not in said.out
    assert "\\x1b[31m\\n[bold]x[/bold]" in said.out


def test_bad_sql_is_a_wrong_call_in_duckdbs_own_words(emfair):
    for sql in ("SELEC 1", "SELECT nope FROM experiments", "DROP TABLE experiments"):
        said = emfair("query", sql)
        assert said.code == 2
        said.one_error()


def test_without_a_question_the_tables_are_told(emfair):
    tables = emfair("query", "--json").json
    assert list(tables) == ["experiments", "measurements", "facts", "findings", "files", "tags"]
    assert all(text for columns in tables.values() for text in columns.values())
    assert "acceleration_voltage_V" in emfair("query").out


def test_a_long_question_shows_no_progress_in_its_answer(home, tmp_path):
    program = Path(sys.executable).with_name("emfair")
    sql = "SELECT count(*) AS n FROM generate_series(1, 20000000000)"
    done = subprocess.run(
        [program, "query", "--json", sql], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert json.loads(done.stdout) == [{"n": 20000000000}]


def test_in_a_pipe_a_row_is_one_line_without_blanks_at_its_end(emfair, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    sql = "SELECT repeat('x y ', 100) AS a, 1 AS b UNION ALL SELECT 'z', 2 ORDER BY b"
    lines = emfair("query", sql).out.splitlines()
    assert [line.split()[-1] for line in lines] == ["b", "1", "2"]
    assert lines == [line.rstrip() for line in lines]
    assert "…" not in "".join(lines)
