"""What the journal of an upload says after whatever was done to its file."""

from dataclasses import asdict

import pytest

from emfair.lake.journal import Known, journal_of, read_journal, write_line
from emfair.lake.uploads import Part

FIRST, SECOND = Part(1, 10, "a"), Part(2, 7, "b")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "0.journal"
    with path.open("xb") as journal:
        write_line(journal, {"key": "raw/a.dm3"})
        write_line(journal, asdict(FIRST))
        write_line(journal, asdict(SECOND))
    return path


def test_what_was_written_is_read(path):
    assert journal_of(path) == Known("raw/a.dm3", {1: FIRST, 2: SECOND})


def test_a_part_that_was_damaged_is_not_there_until_it_is_written_again(path):
    again = Part(1, 10, "c")
    with path.open("r+b") as journal:
        write_line(journal, {"damaged": 1})
        journal.seek(0)
        assert read_journal(journal).parts == {2: SECOND}
        write_line(journal, asdict(again))
    assert journal_of(path).parts == {1: again, 2: SECOND}


def test_an_upload_that_is_whole_stays_so(path):
    with path.open("r+b") as journal:
        write_line(journal, {"complete": True})
        write_line(journal, {"damaged": 2})
    assert journal_of(path) == Known("raw/a.dm3", {1: FIRST}, complete=True)


@pytest.mark.parametrize("bytes_left", range(1, 30))
def test_a_torn_line_costs_itself_alone(path, bytes_left):
    whole = path.read_bytes()
    start = whole.rindex(b"\n")
    path.write_bytes(whole[: min(start + bytes_left, len(whole) - 1)])
    assert journal_of(path).parts == {1: FIRST}
    with path.open("r+b") as journal:
        write_line(journal, asdict(SECOND))
    assert journal_of(path).parts == {1: FIRST, 2: SECOND}


def test_data_say_nothing(path):
    data = path.with_suffix(".data")
    data.write_bytes(path.read_bytes())
    assert journal_of(data) == Known()
