"""What a watcher tells of itself: a document, a file, a page on this machine alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from cProfile import Profile
from dataclasses import dataclass

import httpx
import pytest

from emfair.client.watch.actions import Said
from emfair.client.watch.edits import ask_to_seal
from emfair.client.watch.page import render, serving
from emfair.client.watch.rules import Where
from emfair.client.watch.run import Watcher
from emfair.client.watch.shown import shown
from emfair.client.watch.spool import Spool
from emfair.client.watch.status import Status, Writer, read_status
from emfair.errors import BadSetting
from emfair.model.annotations import Annotations
from tests.client.watch.bench import NO_NETWORK, RULES, Bench

ABOUT = {"folder": "/data", "to": "a server", "version": "1", "state_folder": "/s", "started": ""}


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def status(bench) -> Status:
    told = Status(bench.watcher, ABOUT)
    told.gather()
    return told


def state_of(bench, number: int = 1) -> tuple[str, str]:
    session = bench.spool.session(number)
    said = bench.watcher.sayings.of(session)
    found = shown(session, said, root="data", rules=bench.rules, now=bench.time)
    return found["state"], found["why"]


def test_a_session_is_shown_in_words_from_its_first_file_to_its_seal(bench):
    bench.write("ada/a.tif", b"a")
    bench.live(200)
    assert state_of(bench) == ("open", "ends in 117 min if nothing comes")
    ask_to_seal(bench.spool, 1)
    assert state_of(bench)[0] == "ending"
    bench.live(60)
    assert state_of(bench) == ("sealed", "")
    bench.write("ada/b.tif", b"b", ago=260)
    bench.live(60)
    assert state_of(bench)[0] == "late files"


def test_a_sealed_session_is_shown_where_it_lies_whatever_the_watcher_is_told_now(bench):
    bench.write("ada/a.tif", b"a")
    bench.live(200)
    ask_to_seal(bench.spool, 1)
    bench.live(60)
    session = bench.spool.session(1)
    found = shown(session, Said(Where(), Annotations()), root="d", rules=bench.rules, now=0.0)
    place = RULES.default.place
    assert (found["project"], found["sample"]) == (place["project"], place["sample"])


def test_the_document_tells_what_was_sent_and_what_is_wrong(bench):
    bench.write("ada/a.tif", b"abc")
    bench.live(200)
    bench.depository.error = NO_NETWORK
    bench.write("ada/b.tif", b"b")
    bench.live(200)
    found = status(bench).document()
    assert (found["files"], found["waiting"], found["shipped"]) == (2, 1, {"files": 1, "bytes": 3})
    assert [one["text"] for one in found["problems"]] == [str(NO_NETWORK)]
    assert found["sessions"][0]["sent"] == 1
    assert found["underway"]["what"] == ""
    json.dumps(found, allow_nan=False)


def test_what_is_on_its_way_is_seen_while_it_is(bench):
    seen = []

    class Watched(type(bench.depository)):
        def add(self, experiment, files, sent):
            seen.append(told.document()["underway"])
            super().add(experiment, files, sent)

    bench.depository = Watched()
    bench.kill()
    told = Status(bench.watcher, ABOUT)
    bench.write("ada/a.tif", b"abc")
    bench.live(200)
    assert [(one["what"], one["first"], one["size"]) for one in seen] == [
        ("sending", "ada/a.tif", 3)
    ]


def test_the_file_is_replaced_whole_and_says_when_the_watcher_ended(bench):
    assert read_status(bench.state) is None
    with Writer(status(bench), bench.state):
        deadline = time.monotonic() + 20
        while read_status(bench.state) is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "ended" not in (read_status(bench.state) or {"ended": ""})
    assert (read_status(bench.state) or {})["ended"]
    (bench.state / "status.json").write_text("{")
    assert read_status(bench.state) is None


def test_the_page_is_for_this_machine_alone_and_reads_only(bench):
    bench.write("ada/<script>alert(1)</script>.tif", b"a")
    bench.live(200)
    with serving(status(bench), 0) as url:
        page = httpx.get(url)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert" in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert httpx.get(f"{url}status.json").json()["folder"] == "/data"
        for path, host, code in (
            ("other", "127.0.0.1:80", 404), ("", "evil.example", 421), ("", "evil.example:80", 421),
            ("../../etc/passwd", "localhost:1", 404),
        ):  # fmt: skip
            assert httpx.get(f"{url}{path}", headers={"Host": host}).status_code == code
        assert httpx.post(url).status_code == 501
        port = int(url.rstrip("/").rpartition(":")[2])
        with pytest.raises(BadSetting, match="cannot be served"), serving(status(bench), port):
            pass


def test_the_page_can_be_made_before_anything_is_known(bench):
    assert b"starting" in render(Status(bench.watcher, ABOUT).document(), "x")


@pytest.mark.parametrize("folders", [2, 8])
def test_many_files_are_looked_at_cheaply(tmp_path, folders):
    """A look takes a share of the time alone: looks at large folders are rarer.

    What it takes is counted, not timed, for a machine may be slow; for each file it is the same,
    however many there are.
    """
    bench = Bench(tmp_path)
    for folder in range(folders):
        (bench.root / f"s{folder}").mkdir()
        for number in range(250):
            (bench.root / f"s{folder}" / f"{number}.tif").touch()
    watcher: Watcher = bench.watcher
    files = 250 * folders
    for calls, steps in ((300, 100), (1250, 450), (33, 32)):  # noted, sent, and seen once more
        with counted(bench.spool) as effort:
            bench.turn()
        assert effort.calls < calls * files
        assert effort.steps < steps * files
        assert 10 <= watcher.pause() <= 60
        bench.time += 100
    assert sum(map(len, bench.drafts)) == files


@dataclass
class Effort:
    """What something took: calls in Python, and steps of the spool's database."""

    calls: int = 0
    steps: int = 0


@contextmanager
def counted(spool: Spool) -> Iterator[Effort]:
    """Count what the block takes."""
    effort, profile, at_once = Effort(), Profile(), 100

    def step() -> None:
        effort.steps += at_once

    with spool.writing() as db:
        db.set_progress_handler(step, at_once)
    with profile:
        yield effort
    db.set_progress_handler(None, 0)
    effort.calls = sum(entry.callcount for entry in profile.getstats())
