"""SQL as people send it, and what answers it."""

import threading
import time
from pathlib import Path

import pytest

from emfair.catalogue.query import answer, describe
from emfair.catalogue.schema import DESCRIPTION, TABLES
from emfair.errors import BadData, BadQuery


def ask(index, sql, **bounds):
    return answer(index.files(), sql, **bounds)


def test_an_answer_has_names_types_and_rows(filled):
    answer = ask(
        filled,
        "SELECT experiment_id, max(value_num) AS kV FROM facts "
        "WHERE key = 'acceleration_voltage' GROUP BY 1 ORDER BY 1",
    )
    assert answer.columns == ("experiment_id", "kV")
    assert answer.types == ("VARCHAR", "DOUBLE")
    assert answer.rows == [("e-0", 100e3), ("e-1", 200e3), ("e-2", 300e3)]
    assert answer.truncated is False


def test_columns_of_the_same_name_are_all_kept(filled):
    answer = ask(filled, "SELECT 1 AS a, 2 AS a")
    assert (answer.columns, answer.rows) == (("a", "a"), [(1, 2)])


@pytest.mark.parametrize(
    ("limit", "rows", "truncated"), [(0, 0, True), (2, 2, True), (3, 3, False), (None, 3, False)]
)
def test_a_limit_says_whether_it_cut(filled, limit, rows, truncated):
    answer = ask(filled, "FROM experiments", limit=limit)
    assert (len(answer.rows), answer.truncated) == (rows, truncated)


def test_a_limit_keeps_the_order_asked_for(filled):
    answer = ask(filled, "SELECT experiment_id FROM experiments ORDER BY 1 DESC", limit=2)
    assert answer.rows == [("e-2",), ("e-1",)]


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("SELECT count(*) FROM files;", 15),
        ("-- a comment\nWITH x AS (SELECT 7 AS n) SELECT n FROM x -- the end", 7),
        ("DESCRIBE facts", "experiment_id"),
        ("SUMMARIZE SELECT size FROM files", "size"),
        ("SHOW TABLES", "experiments"),
        ("VALUES (3)", 3),
        ("FROM files SELECT count(DISTINCT name)", 5),
        ("SELECT axes[1].unit FROM measurements", "nm"),
        ("PIVOT facts ON key IN ('detector') USING count(*) GROUP BY unit ORDER BY ALL", ""),
    ],
)
def test_whatever_only_reads_is_answered(filled, sql, first):
    assert ask(filled, sql).rows[0][0] == first


@pytest.mark.parametrize("name", TABLES)
def test_before_the_first_deposit_every_table_is_empty_with_its_columns(index, name):
    answer = ask(index, f"FROM {name}")
    assert answer.rows == []
    assert list(answer.columns) == TABLES[name].columns.names


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_table_and_a_filled_one_have_the_same_types(index, filled, tmp_path, name):
    filled_types = ask(filled, f"DESCRIBE {name}").rows
    filled.clear()
    assert ask(filled, f"DESCRIBE {name}").rows == filled_types


@pytest.mark.parametrize("sql", ["SELECT nothing FROM facts", "SELECT * FROM nothing"])
def test_an_unknown_name_is_answered_with_the_names_there_are(filled, sql):
    with pytest.raises(BadQuery) as refused:
        ask(filled, sql)
    assert "nothing" in refused.value.message
    assert all(name in refused.value.remedy for name in TABLES)


def test_a_slip_is_shown_in_duckdbs_own_words(filled):
    with pytest.raises(BadQuery, match='syntax error at or near "selec"'):
        ask(filled, "selec 1")
    with pytest.raises(BadQuery, match="Could not convert string 'x'"):
        ask(filled, "SELECT CAST('x' AS INTEGER)")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE a.range * b.range % 7 = 3",
        "SELECT range FROM range(100000000000) WHERE range % 10000000000 = 7",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
    ],
)
def test_a_query_that_takes_too_long_is_stopped(filled, sql):
    started = time.monotonic()
    with pytest.raises(BadQuery, match=r"longer than 0\.5 s"):
        ask(filled, sql, timeout=0.5)
    assert time.monotonic() - started < 5


def test_a_query_that_needs_too_much_memory_is_stopped(filled):
    sql = "SELECT array_agg(range ORDER BY hash(range)) FROM range(100000000)"
    with pytest.raises(BadQuery, match="Out of Memory"):
        ask(filled, sql, memory="100MB")


def test_an_answer_too_large_for_this_process_is_refused(filled):
    with pytest.raises(BadQuery, match="larger than 64 MiB"):
        ask(filled, "SELECT range, repeat('x', 100) FROM range(1000000000)")


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT '{'x' * 9000}'::ENUM('{'x' * 9000}') FROM range(30000)",
        "SELECT list_resize([true], 10000000, true)",
        "SELECT list_resize([NULL], 20000000)",
    ],
)
def test_an_answer_that_is_small_only_to_arrow_is_refused(filled, sql):
    with pytest.raises(BadQuery, match="larger than 64 MiB"):
        ask(filled, sql)


def test_a_text_too_long_for_arrow_is_told(filled):
    sql = "WITH RECURSIVE t(x) AS (SELECT 'a' UNION ALL SELECT x || x FROM t) FROM t"
    with pytest.raises(BadQuery):
        ask(filled, sql)


def test_an_index_whose_files_are_gone_is_told_in_words(filled):
    for path in filled.files()["facts"]:
        path.unlink()
    with pytest.raises(BadData, match="No such file") as lost:
        answer({**filled.files(), "facts": [path]}, "SELECT sum(value_num) FROM facts")
    assert "Traceback" not in lost.value.message


def test_a_damaged_table_is_named(filled):
    (path, *_) = filled.files()["facts"]
    path.chmod(0o644)
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(BadData, match="facts: the index's files cannot be read") as damaged:
        ask(filled, "FROM experiments")
    assert "backup" in damaged.value.remedy


def test_nothing_stays_open_after_an_answer(filled):
    ask(filled, "FROM facts")
    before = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    for _ in range(5):
        ask(filled, "FROM facts")
        with pytest.raises(BadQuery):
            ask(filled, "SELECT nothing FROM facts")
    assert (len(list(Path("/proc/self/fd").iterdir())), threading.active_count()) == before


def test_many_people_can_ask_at_once(filled):
    answers = []
    sql = "SELECT sum(value_num) FROM facts"

    def one():
        answers.extend(ask(filled, sql).rows[0][0] for _ in range(5))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1.2e6] * 20


def test_the_tables_describe_themselves(filled):
    described = {table.name: table for table in describe()}
    assert list(described) == list(TABLES)
    for name, table in described.items():
        asked = [(row[0], row[1]) for row in ask(filled, f"DESCRIBE {name}").rows]
        assert [(column.name, column.type) for column in table.columns] == asked
        assert [c.description for c in table.columns] == [
            field.metadata[DESCRIPTION].decode() for field in TABLES[name].columns
        ]
