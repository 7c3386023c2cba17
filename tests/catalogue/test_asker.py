"""What DuckDB's own bounds let through costs the question, and nothing else."""

import os
import signal
import threading
from pathlib import Path

import pytest

from emfair.catalogue.asker import Asker
from emfair.errors import BadQuery, Unavailable
from emfair.worker import DiedError, HungError


def children():
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for task in tasks for pid in task.read_text().split()}


def peak(pid: int) -> int:
    """Return the most memory that a process has had, in bytes."""
    (line,) = (
        one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmHWM" in one
    )
    return int(line.split()[1]) << 10


@pytest.fixture
def filled(index, tables_of):
    for number in range(3):
        index.replace(f"e-{number}", tables_of(f"e-{number}"))
    return index


@pytest.fixture
def asker(filled):
    asker = Asker(filled)
    yield asker
    asker.close()


def test_an_answer_comes_from_another_process_with_its_names_types_and_rows(asker):
    answer = asker.ask("SELECT experiment_id, 7 AS n FROM experiments ORDER BY 1", limit=2)
    assert (answer.columns, answer.types) == (("experiment_id", "n"), ("VARCHAR", "INTEGER"))
    assert answer.rows == [("e-0", 7), ("e-1", 7)]
    assert answer.truncated


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT len(range(500000000))",
        "SELECT range(500000000)",
    ],
)
def test_a_list_that_no_limit_of_duckdb_bounds_does_not_take_the_machines_memory(asker, sql):
    before = children()
    with pytest.raises(BadQuery) as refused:
        asker.ask(sql)
    assert "Ask for" in refused.value.remedy
    assert asker.ask("SELECT count(*) FROM experiments").rows == [(3,)]
    (pid,) = children() - before
    assert peak(pid) < 3 << 30


def test_a_question_that_hears_no_interrupt_is_ended(filled):
    asker = Asker(filled, timeout=1)
    with pytest.raises(BadQuery) as refused:
        asker.ask("SELECT len(list_distinct(range(60000000)))")
    assert "longer than 1 s" in refused.value.message
    assert isinstance(refused.value.__cause__, HungError)
    assert asker.ask("SELECT 1").rows == [(1,)]
    asker.close()


def test_a_question_under_which_its_process_dies_is_refused(asker):
    before = children()
    asker.ask("SELECT 1")
    (pid,) = children() - before
    killer = threading.Timer(1, os.kill, (pid, signal.SIGKILL))
    killer.start()
    with pytest.raises(BadQuery, match="SIGKILL") as refused:
        asker.ask("SELECT count(*) FROM range(10000000000) a WHERE a.range % 7 = 3")
    assert isinstance(refused.value.__cause__, DiedError)
    assert asker.ask("SELECT 1").rows == [(1,)]


def test_a_slip_costs_no_process(asker):
    asker.ask("SELECT 1")
    before = children()
    with pytest.raises(BadQuery, match="syntax error"):
        asker.ask("selec 1")
    assert children() == before


def test_more_questions_than_processes_wait_for_their_turn(asker):
    answers = []

    def one():
        answers.extend(asker.ask("SELECT count(*) FROM experiments").rows for _ in range(3))

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [[(3,)]] * 15


def test_whoever_waits_too_long_is_told_so(filled):
    asker = Asker(filled, timeout=0.5)
    with asker._crew.alone(), pytest.raises(Unavailable, match="too many questions"):
        asker.ask("SELECT 1")
    asker.close()


def test_nothing_is_left_when_it_is_closed(filled):
    before = children()
    asker = Asker(filled)
    asker.ask("SELECT 1")
    asker.close()
    assert children() == before
