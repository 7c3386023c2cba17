"""What is said of a session: ``emfair.yaml``, folders' names, the command line; who counts."""

from __future__ import annotations

import pytest

from emfair.client.watch.notes import merged, parse_notes
from emfair.client.watch.pattern import Pattern
from emfair.client.watch.rules import Rules, Where
from emfair.errors import BadAnnotations, Forbidden
from emfair.model.annotations import Annotations
from tests.client.watch.bench import RULES, Bench

YAML = """
project: Minerals
proposal: 2026-A
sample: {name: Quartz, atom_types: [Si, O]}
title: Grain boundaries
user: {name: Ada}
"""


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path, Rules(settle=60, gap=7200))


def drafted(bench):
    return [(one.whereto, one.instrument) for one in bench.depository.inside.held.values()]


def test_a_file_in_the_folder_says_where_a_session_belongs_and_what_there_is_to_say(bench):
    bench.write("ada/a.tif", b"a")
    bench.write("ada/emfair.yaml", YAML.encode())
    bench.live(8000)
    (held,) = bench.depository.inside.held.values()
    titles = held.whereto.titles
    assert (titles.project, titles.proposal, titles.sample) == ("Minerals", "2026-A", "Quartz")
    assert titles.experiment == "Grain boundaries"
    assert held.notes[-1][0].sample.atom_types == ("Si", "O")
    assert bench.sealed == [{"ada/a.tif": b"a"}]


def test_without_a_place_a_session_waits_and_says_so_until_somebody_tells(bench):
    bench.write("ada/a.tif", b"a")
    bench.live(90_000, step=300)
    assert bench.sealed == []
    assert bench.drafts == []
    assert bench.told("problem") == [
        "session 1 in ada waits: nothing says its project, proposal, sample"
    ]
    bench.write("ada/emfair.yaml", YAML.encode())
    bench.live(300)
    assert bench.sealed == [{"ada/a.tif": b"a"}]
    assert bench.journal.problems == {}


@pytest.mark.parametrize(
    "text",
    ["project: [", "sample: {name: Quartz, atom_types: [Qq]}", "colour: red", "project: [1]",
     "sample: ''", "project: true", "- a"],
)  # fmt: skip
def test_notes_that_do_not_fit_are_told_and_the_session_waits(tmp_path, text):
    bench = Bench(tmp_path)
    bench.write("ada/a.tif", b"a")
    bench.write("ada/emfair.yaml", text.encode())
    bench.live(9000)
    assert bench.sealed == []
    assert "emfair.yaml" in bench.told("problem")[0]
    bench.write("ada/emfair.yaml", b"title: better")
    bench.live(300)
    assert bench.sealed == [{"ada/a.tif": b"a"}]


def test_notes_that_change_before_the_seal_move_the_session(bench):
    bench.write("ada/a.tif", b"a")
    bench.write("ada/emfair.yaml", YAML.encode())
    bench.live(300)
    bench.write("ada/emfair.yaml", YAML.replace("Minerals", "Metals").encode())
    bench.live(8000)
    first, second = bench.depository.inside.held.values()
    assert (first.content, second.whereto.project) == ({}, "Metals")
    assert bench.sealed == [{"ada/a.tif": b"a"}]


def test_a_title_that_comes_later_is_an_annotation_and_nothing_is_sent_again(bench):
    bench.write("ada/a.tif", b"a")
    bench.write("ada/emfair.yaml", YAML.encode())
    bench.live(300)
    bench.write("ada/emfair.yaml", YAML.replace("Grain", "Twin").encode())
    bench.live(8000)
    (held,) = bench.depository.inside.held.values()
    assert held.notes[-1][0].title == "Twin boundaries"
    assert bench.depository.calls.count("add") == 1


def test_folders_names_say_places_titles_and_people(tmp_path):
    rules = Rules(60, 7200, pattern=Pattern("{project}/{proposal}/{sample}/{operator} {session}"))
    bench = Bench(tmp_path, rules)
    bench.write("P/Q/S/Ada run 1/x/a.tif", b"a")
    bench.live(8000)
    (held,) = bench.depository.inside.held.values()
    assert held.whereto.titles.model_dump() == {
        "project": "P", "proposal": "Q", "sample": "S", "experiment": "run 1",
    }  # fmt: skip
    assert held.notes[-1][0].user.name == "Ada"
    assert bench.sealed == [{"Ada run 1/x/a.tif": b"a"}]


def test_the_command_line_counts_before_the_file_and_that_before_the_name_and_the_default():
    command, file = Where(title="c"), Where(title="f", sample="f")
    name, default = Where(title="n", sample="n", proposal="n"), Where("d", "d", "d", "d", "d")
    assert command.over(file).over(name).over(default) == Where("d", "n", "f", "c", "d")


def test_a_sample_may_be_a_name_or_a_mapping():
    assert parse_notes({"sample": "Quartz"}, "x").where.sample == "Quartz"
    notes = parse_notes({"sample": {"name": "Quartz"}}, "x")
    assert (notes.where.sample, notes.annotations.sample.name) == ("Quartz", "Quartz")
    assert parse_notes({"project": 2026}, "x").where.project == "2026"
    with pytest.raises(BadAnnotations):
        parse_notes({"proposal": ["a"]}, "x")


def test_what_others_have_said_stays_beside_what_is_said_here():
    before = Annotations.model_validate(
        {"title": "t", "sample": {"name": "a", "thickness": "5 nm"}}
    )
    ours = Annotations.model_validate({"sample": {"name": "b"}})
    both = merged(before, ours)
    assert (both.title, both.sample.name, both.sample.thickness) == ("t", "b", "5 nm")


def test_an_instrument_that_is_named_is_the_drafts(tmp_path):
    bench = Bench(tmp_path, Rules(60, 7200, default=Where("P", "Q", "S", instrument="titan")))
    bench.write("a.tif", b"a")
    bench.live(200)
    assert drafted(bench)[0][1] == "titan"


def test_the_default_title_is_the_folder_and_when_it_began(tmp_path):
    bench = Bench(tmp_path, RULES)
    bench.write("\u202eada/a.tif", b"a")  # as people see it, and every store takes it
    bench.write("b.tif", b"b")
    bench.live(200)
    titles = {where.title.rpartition(" ")[0].rpartition(" ")[0] for where, _ in drafted(bench)}
    assert titles == {"ada", "data"}


def test_a_mistake_that_only_the_server_finds_is_tried_again_as_soon_as_it_is_mended(tmp_path):
    bench = Bench(tmp_path)
    bench.depository.error = Forbidden("not in this project.", subject="P", remedy="Ask Ada.")
    bench.write("ada/a.tif", b"a")
    bench.live(4 * 3600)
    calls = len(bench.depository.calls)
    bench.depository.error = None
    bench.write("ada/emfair.yaml", b"project: Mine")
    bench.live(90)
    assert len(bench.depository.calls) > calls
    assert [where.project for where, _ in drafted(bench)] == ["Mine"]
