"""Sessions that people change: words, splits, merges, an early end; a watcher follows."""

from __future__ import annotations

import pytest

from emfair.client.watch.edits import ask_to_seal, edit, merge, split
from emfair.client.watch.rules import Where
from emfair.errors import BadCall, Conflict, NotFound
from tests.client.watch.bench import Bench


@pytest.fixture
def bench(tmp_path):
    """Return a folder, a session of which has been sent and is not sealed."""
    bench = Bench(tmp_path)
    for name in ("a.tif", "b.tif", "scan.emi", "scan_1.ser"):
        bench.write(f"ada/{name}", name.encode())
    bench.live(200)
    assert len(bench.drafts) == 1
    return bench


def test_a_session_that_is_given_another_place_is_sent_there_and_taken_out_here(bench):
    edit(bench.spool, 1, Where(sample="Feldspar"))
    bench.live(100)
    first, second = bench.depository.inside.held.values()
    assert (first.content, second.whereto.sample) == ({}, "Feldspar")
    bench.live(8000)
    assert [len(one) for one in bench.sealed] == [4]


def test_a_session_that_is_given_a_title_is_not_sent_again(bench):
    edit(bench.spool, 1, Where(title="Grains"))
    bench.live(8000)
    (held,) = bench.depository.inside.held.values()
    assert held.notes[-1][0].title == "Grains"
    assert bench.depository.calls.count("add") == 1


def test_edits_add_up(bench):
    edit(bench.spool, 1, Where(title="Grains"))
    assert edit(bench.spool, 1, Where(sample="x")).edits == Where(title="Grains", sample="x")


def test_a_split_takes_companions_along_and_ends_as_two_experiments(bench):
    made = split(bench.spool, 1, ["ada/*.emi"])
    edit(bench.spool, made.id, Where(title="scan"))
    bench.live(8000)
    assert sorted(map(sorted, bench.sealed)) == [
        ["ada/a.tif", "ada/b.tif"],
        ["ada/scan.emi", "ada/scan_1.ser"],
    ]
    assert bench.spool.strays() == []


def test_a_merge_ends_as_one_experiment(bench):
    bench.write("ben/c.tif", b"c")
    bench.live(200)
    merge(bench.spool, 1, 2)
    bench.live(8000)
    assert [sorted(one) for one in bench.sealed] == [
        ["ada/a.tif", "ada/b.tif", "ada/scan.emi", "ada/scan_1.ser", "ben/c.tif"]
    ]
    assert [one.id for one in bench.spool.sessions(every=True)] == [1]


def test_a_split_and_a_merge_leave_everything_as_it_was(bench):
    merge(bench.spool, 1, split(bench.spool, 1, ["ada/a.tif"]).id)
    bench.live(8000)
    assert [len(one) for one in bench.sealed] == [4]


def test_files_that_change_hands_while_they_are_sent_are_taken_out_again(tmp_path):
    bench = Bench(tmp_path)
    bench.write("ada/a.tif", b"a")
    bench.write("ada/b.tif", b"b")
    inside = bench.depository.inside
    bench.depository.inside = Meddling(bench, inside)  # type: ignore[assignment]
    bench.live(8000)
    bench.depository.inside = inside
    assert sorted(map(sorted, bench.sealed)) == [["ada/a.tif"], ["ada/b.tif"]]
    assert bench.spool.strays() == []


class Meddling:
    """A depository during whose first delivery somebody splits the session."""

    def __init__(self, bench, inside):
        self._bench, self._inside, self._done = bench, inside, False

    def __getattr__(self, name):
        return getattr(self._inside, name)

    def add(self, experiment, files, sent):
        """Take files, while they are given to another session."""
        if not self._done:
            self._done = True
            split(self._bench.spool, 1, ["ada/b.tif"])
        self._inside.add(experiment, files, sent)


def test_a_session_that_shall_end_ends_when_all_of_it_has_been_sent(bench):
    bench.write("ada/late.tif", b"late")
    bench.live(30)
    ask_to_seal(bench.spool, 1)
    bench.live(30)
    assert bench.sealed == []
    bench.live(120)
    assert [len(one) for one in bench.sealed] == [5]


def test_what_is_sealed_cannot_be_changed(bench):
    bench.live(8000)
    bench.write("ada/new.tif", b"new")
    bench.live(60)
    for change in (
        lambda: edit(bench.spool, 1, Where(title="x")),
        lambda: split(bench.spool, 1, ["ada/a.tif"]),
        lambda: merge(bench.spool, 2, 1),
        lambda: merge(bench.spool, 1, 2),
        lambda: ask_to_seal(bench.spool, 1),
    ):
        with pytest.raises(Conflict, match="is sealed"):
            change()


def test_what_only_the_depository_has_is_not_taken_out_there(bench):
    (bench.root / "ada/a.tif").unlink()
    bench.live(60)
    for change in (
        lambda: edit(bench.spool, 1, Where(sample="x")),
        lambda: split(bench.spool, 1, ["ada/b.tif"]),
    ):
        with pytest.raises(Conflict, match="deleted here"):
            change()
    edit(bench.spool, 1, Where(title="x"))
    bench.live(8000)
    assert [len(one) for one in bench.sealed] == [4]


@pytest.mark.parametrize("names", [["nothing*"], ["*"], ["ada/*"]])
def test_a_split_that_moves_nothing_or_all_is_refused(bench, names):
    with pytest.raises(BadCall):
        split(bench.spool, 1, names)


def test_sessions_that_are_not_there_are_not_found(bench):
    for change in (
        lambda: edit(bench.spool, 9, Where(title="x")),
        lambda: merge(bench.spool, 1, 9),
        lambda: ask_to_seal(bench.spool, 9),
    ):
        with pytest.raises(NotFound, match="no such session"):
            change()
    with pytest.raises(BadCall, match="itself"):
        merge(bench.spool, 1, 1)
