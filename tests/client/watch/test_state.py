"""The watcher's own notes: where they lie, one watcher a folder, logs, and a disk that is full."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from emfair.client.watch.journal import FILE, Journal, close_log, one_line, open_log
from emfair.client.watch.patience import SELDOM, SOON, Patience
from emfair.client.watch.spool import Spool
from emfair.client.watch.state import (
    LOCK,
    alone,
    check_destination,
    folder_of,
    is_watched,
    state_folder,
)  # fmt: skip
from emfair.errors import BadCall, BadData, BadSetting, Conflict, Unavailable
from tests.client.watch.bench import Bench


def test_each_folder_has_notes_of_its_own_outside_of_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    first, second = (state_folder(Path(name), None) for name in ("/data/Titan X", "/other/Titan X"))
    assert first != second
    assert first.parent == tmp_path / "state/emfair/watch"
    assert first.name.startswith("titan-x-")
    assert state_folder(Path("/data/Titan X"), None) == first
    assert state_folder(Path("/data/電子"), None).name.startswith("folder-")
    assert state_folder(Path("/data"), tmp_path / "mine") == tmp_path / "mine"


def test_what_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    for name in ("", str(tmp_path / "file")):
        with pytest.raises(BadCall, match="no folder"):
            folder_of(name)


def test_half_a_session_is_never_sent_elsewhere_unasked(tmp_path):
    bench = Bench(tmp_path)
    check_destination(bench.spool, "https://one.example", moved=False)
    check_destination(bench.spool, "https://two.example", moved=False)  # nothing was sent yet
    bench.write("ada/a.tif", b"a")
    bench.live(200)
    assert bench.spool.session(1).experiment is not None
    with pytest.raises(BadSetting, match=r"went to https://two\.example.*--moved"):
        check_destination(bench.spool, "https://one.example", moved=False)
    check_destination(bench.spool, "https://two.example", moved=False)
    check_destination(bench.spool, "https://new.example", moved=True)
    check_destination(bench.spool, "https://new.example", moved=False)


def test_only_one_watcher_is_at_work_and_a_killed_one_leaves_no_lock(tmp_path):
    assert not is_watched(tmp_path)
    code = (
        "import sys, time, pathlib; from emfair.client.watch.state import alone\n"
        "with alone(pathlib.Path(sys.argv[1])): print('in', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline() == b"in\n"
    assert is_watched(tmp_path)
    with pytest.raises(Conflict, match="another watcher"), alone(tmp_path):
        pass
    other.kill()
    other.wait()
    other.stdout.close()
    assert not is_watched(tmp_path)
    with alone(tmp_path):
        assert is_watched(tmp_path)
    assert (tmp_path / LOCK).exists()


def test_notes_that_cannot_be_written_are_told(tmp_path):
    (tmp_path / "file").touch()
    for attempt in (
        lambda: alone(tmp_path / "file/x").__enter__(),
        lambda: open_log(tmp_path / "file/x"),
    ):
        with pytest.raises(BadSetting, match="cannot be written"):
            attempt()
    with pytest.raises(Unavailable, match="cannot be kept"):
        Spool(tmp_path / "file/x/spool.db")


def test_a_disk_that_is_full_is_waited_for_and_nothing_is_lost(tmp_path):
    bench = Bench(tmp_path)
    with bench.spool.writing() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    bench.spool.rows(f"PRAGMA max_page_count = {pages}")
    for number in range(300):
        bench.write(f"ada/{number:03}.tif", b"%d" % number)
    bench.live(7200)
    assert "full" in bench.told("problem")[0]
    assert len(bench.told("problem")) == 1
    assert bench.depository.calls == []
    bench.spool.rows("PRAGMA max_page_count = 1000000")
    bench.live(8000)
    assert [len(one) for one in bench.sealed] == [300]
    assert bench.journal.problems == {}


def test_damaged_notes_are_told_with_what_to_do_and_never_waited_for(tmp_path):
    bench = Bench(tmp_path)
    bench.write("ada/a.tif", b"a")
    bench.live(200)
    bench.spool.close()
    with bench.spool.path.open("r+b") as notes:
        notes.write(b"x" * 100)
    with pytest.raises(BadData, match=r"notes are damaged.*move it away.*sent again") as caught:
        Spool(bench.spool.path)
    assert caught.value.subject == str(bench.spool.path)
    (tmp_path / "noise.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(BadData, match="not a database"):
        Spool(tmp_path / "noise.db")


def test_notes_that_are_damaged_while_it_is_at_work_end_the_watcher(tmp_path):
    bench = Bench(tmp_path)
    for number in range(300):
        bench.write(f"ada/{number:03}.tif", b"%d" % number)
    bench.live(30)
    bench.spool.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    bench.spool.rows("PRAGMA shrink_memory")
    size = bench.spool.path.stat().st_size
    with bench.spool.path.open("r+b") as notes:
        notes.seek(4096)
        notes.write(b"x" * (size - 4096))
    bench.write("ada/more.tif", b"more")
    with pytest.raises(BadData, match="notes are damaged"):
        bench.live(200)


def test_the_log_is_one_line_an_event_whatever_a_file_is_called(tmp_path):
    log = open_log(tmp_path)
    Journal(log).tell("shipped", "a\nERROR forged\x1b[31m µ電.tif")
    close_log(log)
    (line,) = (tmp_path / FILE).read_text("utf-8").splitlines()
    assert line.endswith("shipped    a\\nERROR forged\\x1b[31m µ電.tif")
    assert one_line("a\u202eb\ud800") == "a\\u202eb\\ud800"


def test_a_problem_is_told_once_and_its_end_too():
    journal = Journal(logging.getLogger("emfair.tests.silent"))
    for text in ("no network", "no network", "no token"):
        journal.problem("depository", text)
    journal.well("depository", "it answers again")
    journal.well("depository", "it answers again")
    assert [one.what for one in journal.last] == ["problem", "problem", "well again"]


def test_delays_grow_and_end_nowhere_and_are_never_alike():
    patience = Patience(chance=lambda: 0.5)
    waits = [patience.failed(0, SOON) for _ in range(9)]
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert patience.waits(299)
    patience.worked()
    assert not patience.waits(0)
    assert patience.failed(0, SELDOM) == 120
    assert {
        Patience(chance=lambda: 0.0).failed(0, SOON),
        Patience(chance=lambda: 1.0).failed(0, SOON),
    } == {3.75, 6.25}
