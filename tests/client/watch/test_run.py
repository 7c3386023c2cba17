"""The watcher as a whole, over a real folder and a real spool, with a clock that tests turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from emfair.errors import (
    BadCall,
    BadSetting,
    Forbidden,
    NotFound,
    TooMuch,
    Unauthenticated,
)
from emfair.model.states import ExperimentState
from tests.client.watch.bench import NO_NETWORK, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_file_is_shipped_when_it_has_not_changed_for_the_time(bench):
    bench.write("ada/a.tif", b"half")
    bench.live(50)
    bench.write("ada/a.tif", b"whole")
    bench.live(50)
    assert bench.drafts == []
    bench.live(40)
    assert bench.drafts == [{"ada/a.tif": b"whole"}]


def test_a_session_is_sealed_when_its_gap_has_passed(bench):
    bench.write("ada/a.tif", b"a")
    bench.live(3000)
    bench.write("ada/b.tif", b"b")
    bench.live(7000)
    assert bench.sealed == []
    bench.live(300)
    assert bench.sealed == [{"ada/a.tif": b"a", "ada/b.tif": b"b"}]
    assert bench.spool.sessions() == []


def test_a_file_after_the_gap_begins_another_session_in_the_same_folder(bench):
    bench.write("ada/a.tif", b"a")
    bench.live(9000)
    bench.write("ada/b.tif", b"b")
    bench.live(9000)
    assert bench.sealed == [{"ada/a.tif": b"a"}, {"ada/b.tif": b"b"}]


def test_a_growing_file_keeps_its_session_open(bench):
    bench.write("ada/a.tif", b"a")
    for size in range(400):
        bench.write("ada/movie.mrc", bytes(size))
        bench.live(40, step=40)
    assert bench.sealed == []
    bench.live(8000)
    assert bench.sealed == [{"ada/a.tif": b"a", "ada/movie.mrc": bytes(399)}]


def test_what_has_not_arrived_when_the_network_is_lost_arrives_later(bench):
    bench.depository.error = NO_NETWORK
    bench.write("a.tif", b"a")
    bench.live(6 * 3600)
    calls = len(bench.depository.calls)
    assert 20 < calls < 120  # not given up, nor a busy loop
    assert bench.told("problem") == [str(NO_NETWORK)]
    bench.depository.error = None
    bench.live(600)
    assert bench.sealed == [{"a.tif": b"a"}]
    assert bench.told("well again")


REFUSALS = [Forbidden, Unauthenticated, NotFound, BadSetting, BadCall, TooMuch]


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_server_that_refuses_is_told_once_and_asked_seldom(bench, kind):
    bench.depository.error = kind("no.", subject="token", remedy="Ask for a new token.")
    bench.write("a.tif", b"a")
    bench.live(12 * 3600)
    check_it_was_asked_seldom(bench)
    assert bench.sealed == [{"a.tif": b"a"}]


@pytest.mark.parametrize("kind", REFUSALS)
def test_no_session_is_sealed_without_the_files_that_a_server_refused_for_a_while(bench, kind):
    bench.write("a.tif", b"a")
    bench.live(200)
    bench.depository.calls.clear()
    bench.depository.error = kind("no.", subject="proxy", remedy="Ask for a new token.")
    bench.write("b.tif", b"b")
    bench.write("c.tif", b"c")
    bench.live(12 * 3600)
    assert bench.sealed == []
    check_it_was_asked_seldom(bench)
    assert bench.sealed == [{"a.tif": b"a", "b.tif": b"b", "c.tif": b"c"}]


def check_it_was_asked_seldom(bench: Bench) -> None:
    """Check how a watcher has waited for twelve hours; then let the server be well again."""
    assert 8 < len(bench.depository.calls) < 30
    assert len(bench.told("problem")) == 1
    assert "Ask for a new token." in bench.told("problem")[0]
    bench.depository.error = None
    bench.live(4800)  # an hour, and a quarter of it more
    assert bench.journal.problems == {}


def test_what_a_person_must_mend_is_tried_again_after_two_minutes(bench):
    bench.write("a.tif", b"a")
    bench.live(200)
    bench.depository.error = BadSetting("its certificate has ended.", remedy="Renew it.")
    bench.write("b.tif", b"b")
    calls = len(bench.depository.calls)
    bench.live(150, step=10)
    assert len(bench.depository.calls) == calls + 1
    bench.live(90, step=10)
    assert len(bench.depository.calls) == calls + 2


def test_a_folder_that_vanishes_is_waited_for_and_nothing_of_it_is_forgotten(bench):
    bench.write("a.tif", b"a")
    bench.live(30)
    away = bench.root.rename(bench.root.with_name("unmounted"))
    bench.live(3600)
    assert "is looked for again" in bench.told("problem")[0]
    away.rename(bench.root)
    bench.live(300)
    assert bench.drafts == [{"a.tif": b"a"}]
    assert bench.journal.problems == {}


def test_a_file_that_changes_before_the_seal_replaces_itself(bench):
    bench.write("a.tif", b"first")
    bench.live(200)
    bench.write("a.tif", b"second")
    bench.live(8000)
    assert bench.sealed == [{"a.tif": b"second"}]


def test_a_file_that_changes_after_the_seal_is_another_experiment(bench):
    bench.write("a.tif", b"first")
    bench.live(8000)
    bench.write("a.tif", b"second")
    bench.live(8000)
    assert bench.sealed == [{"a.tif": b"first"}, {"a.tif": b"second"}]


def test_a_late_companion_makes_a_later_deposit_of_the_same_experiment(bench):
    bench.write("scan_1.ser", b"frames")
    bench.live(8000)
    bench.write("scan.emi", b"description")
    bench.live(8000)
    assert bench.sealed == [{"scan_1.ser": b"frames"}]  # not processed yet
    bench.process()
    bench.live(1000)
    assert bench.sealed == [{"scan_1.ser": b"frames", "scan.emi": b"description"}]
    (held,) = bench.depository.inside.held.values()
    assert held.state is ExperimentState.SEALED


def test_a_copy_that_was_late_belongs_to_the_session_that_it_was_written_in(bench):
    bench.write("a.tif", b"a", ago=1000)
    bench.write("c.tif", b"c")
    bench.live(8000)
    bench.process()
    bench.write("b.tif", b"b", ago=8500)
    bench.live(8000)
    assert bench.sealed == [{"a.tif": b"a", "b.tif": b"b", "c.tif": b"c"}]


def test_late_files_of_what_is_published_are_an_experiment_of_their_own(bench):
    bench.write("scan_1.ser", b"frames")
    bench.live(8000)
    (held,) = bench.depository.inside.held.values()
    held.state = ExperimentState.PUBLISHED
    bench.write("scan.emi", b"description")
    bench.live(16000)
    assert bench.sealed == [{"scan_1.ser": b"frames"}, {"scan.emi": b"description"}]


def test_a_file_that_is_renamed_before_the_seal_lies_under_its_last_name_alone(bench):
    bench.write("a.tif", b"a")
    bench.live(300)
    (bench.root / "a.tif").rename(bench.root / "grain 1.tif")
    bench.live(300)
    assert bench.drafts == [{"grain 1.tif": b"a"}]
    (bench.root / "grain 1.tif").rename(bench.root / "a.tif")
    bench.live(8000)
    assert bench.sealed == [{"a.tif": b"a"}]


def test_a_file_that_is_renamed_or_sorted_away_after_the_seal_is_not_sent_again(bench):
    bench.write("a.tif", b"a")
    bench.live(8000)
    (bench.root / "done").mkdir()
    (bench.root / "a.tif").rename(bench.root / "done" / "a.tif")
    bench.live(8000)
    assert bench.sealed == [{"a.tif": b"a"}]
    assert "a.tif" in bench.told("known")[0]
    assert bench.drafts == []


def test_a_copy_beside_its_original_is_sent_as_well(bench):
    bench.write("a.tif", b"a")
    bench.write("a - Kopie.tif", b"a")
    bench.live(8000)
    assert bench.sealed == [{"a.tif": b"a", "a - Kopie.tif": b"a"}]


def test_what_was_sent_stays_when_the_original_is_deleted(bench):
    bench.write("a.tif", b"a")
    bench.live(200)
    (bench.root / "a.tif").unlink()
    bench.live(8000)
    assert bench.sealed == [{"a.tif": b"a"}]


def test_a_session_of_which_everything_is_deleted_in_time_never_was(bench):
    bench.write("a.tif", b"a")
    bench.live(30)
    (bench.root / "a.tif").unlink()
    bench.live(8000)
    assert bench.sealed == []
    assert bench.spool.sessions(every=True) == []


def test_a_name_that_is_refused_stops_no_other(bench):
    bench.write("s/ok.tif", b"a")
    bench.write("s/" + "x" * 201 + ".tif", b"b")
    bench.live(8000)
    assert bench.sealed == [{"s/ok.tif": b"a"}]
    assert "too long" in bench.told("problem")[0]


def test_two_names_that_fall_on_one_another_never_replace_one_another(bench):
    bench.write("s/e\u0301.tif", b"decomposed")
    bench.write("s/\u00e9.tif", b"composed")
    bench.write("s/B.tif", b"large")
    bench.write("s/b.tif", b"small")
    bench.live(8000)
    (sealed,) = bench.sealed
    assert len(sealed) == 2
    assert sealed.items() <= {
        ("s/e\u0301.tif", b"decomposed"), ("s/\u00e9.tif", b"composed"),
        ("s/B.tif", b"large"), ("s/b.tif", b"small"),
    }  # fmt: skip
    assert len(bench.told("problem")) == 2


def test_what_someone_else_has_sealed_is_left_alone_and_new_files_are_late(bench):
    bench.write("s/a.tif", b"a")
    bench.live(200)
    (experiment,) = bench.depository.inside.held
    bench.depository.inside.seal(experiment)
    bench.write("s/b.tif", b"b", ago=10)
    bench.live(8000)
    bench.process()
    bench.live(8000)
    assert bench.sealed == [{"s/a.tif": b"a", "s/b.tif": b"b"}]


def test_what_was_given_up_is_sent_again_as_another_experiment(bench):
    bench.write("s/a.tif", b"a")
    bench.live(200)
    (held,) = bench.depository.inside.held.values()
    held.state = ExperimentState.TOMBSTONED
    held.files.clear()
    held.content.clear()
    bench.live(9000)
    assert bench.sealed == [{"s/a.tif": b"a"}]
    assert "sent again" in bench.told("given up")[0]


def test_a_watcher_that_starts_again_knows_what_was_sent(bench):
    bench.write("a.tif", b"a")
    bench.live(200)
    bench.kill()
    bench.write("b.tif", b"b")
    bench.live(9000)
    bench.kill()
    bench.live(9000)
    assert bench.sealed == [{"a.tif": b"a", "b.tif": b"b"}]
    assert bench.depository.calls.count("add") == 2


def test_a_file_that_changes_after_the_seal_and_keeps_its_time_is_another_experiment(bench):
    bench.write("a.tif", b"first", ago=0)
    written = bench.time
    bench.write("scan_1.ser", b"frames")
    bench.live(8000)
    bench.write("a.tif", b"second", ago=bench.time - written)
    bench.write("scan_1.ser", b"other frames")
    bench.live(8000)
    bench.process()
    bench.live(8000)
    assert bench.sealed == [
        {"a.tif": b"first", "scan_1.ser": b"frames"},
        {"a.tif": b"second"},
        {"scan_1.ser": b"other frames"},
    ]


def test_a_file_that_is_deleted_while_it_is_sent_does_not_hold_up_its_session(bench):
    bench.write("s/a.tif", b"a")
    bench.write("s/b.tif", b"b")
    bench.depository.kill_in = 2  # the draft is made; the second file is announced, and no more
    bench.live(100)
    (held,) = bench.depository.inside.held.values()
    assert held.todo == ("s/b.tif",)
    (bench.root / "s/b.tif").unlink()
    bench.live(8000)
    assert bench.sealed == [{"s/a.tif": b"a"}]


def test_a_file_that_is_deleted_between_reading_and_sending_holds_up_no_other(bench):
    bench.write("s/a.tif", b"a")
    bench.write("s/b.tif", b"b")

    def deleted(call: str) -> None:
        if call == "add":
            (bench.root / "s/b.tif").unlink(missing_ok=True)

    bench.depository.meanwhile = deleted
    bench.live(100)
    assert list(bench.drafts[0]) == ["s/a.tif"]
    assert bench.watcher.holds == {}
    assert "must settle again" in bench.told("problem")[0]
    bench.live(8000)
    assert bench.sealed == [{"s/a.tif": b"a"}]
