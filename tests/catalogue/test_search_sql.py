"""Searches over a small index, whose right answers are known."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from emfair.catalogue.query import answer
from emfair.catalogue.rows import rows_of
from emfair.catalogue.search import FACETS, Condition, Search
from emfair.catalogue.search_sql import facets_sql, rows_sql
from emfair.model.annotations import Annotations
from emfair.model.findings import Finding, Severity
from emfair.model.manifest import Titles

HOSTILE = "O'Brien \"x\" %_\\ 'OR' 1=1; -- 量子"


@pytest.fixture(scope="module")
def files(make, tmp_path_factory):
    """Return an index of five experiments: gold and iron at two voltages, one without any data."""
    from emfair.catalogue.delta import Index
    from emfair.lake.local import LocalLake

    folder = tmp_path_factory.mktemp("searched")
    index = Index(LocalLake(folder / "lake"), folder / "cache")

    def add(name, voltages, elements, *, title, project="Minerals", operator="Ada", more=(), on=22):
        measurements = [
            make.measurement(
                f"m-{place}",
                [make.number("acceleration_voltage", voltage, "V"), *more],
                title=f"Scan {place}",
            )
            for place, voltage in enumerate(voltages)
        ]
        missing = Finding(severity=Severity.MISSING, rule="missing", message="?", field="x")
        conversion, validation = make.documents(name, measurements, () if voltages else [missing])
        manifest = make.manifest(name, names=("scan.dm4",))
        manifest = manifest.model_copy(
            update={
                "titles": Titles(project=project, proposal="Q", sample="S", experiment=title),
                "place": manifest.place.model_copy(update={"project": project.lower()}),
            }
        )
        notes = Annotations.model_validate(
            {
                "start_time": f"2026-01-{on:02}T23:30:00+00:00",
                "sample": {"atom_types": elements} if elements else {},
                "user": {"name": operator},
            }
        )
        index.replace(name, rows_of(manifest, notes, conversion, validation))

    far = make.number("defocus", -1.2e-9, "m")
    old = make.number("defocus", 5e-6, "m", replaced_by="form")
    dark, bright = (make.text("detector", name) for name in ("DF 4", "Bright DF"))
    odd = make.number("defocus", 7e-6, "m", warning="impossible value")
    add("e-gold", [80e3, 300e3], ["Au", "C"], title="Gold on Kohlefilm ÄÖ", on=20)
    add("e-iron", [200e3], ["Fe", "O"], title="Rust", more=[far, old, dark], on=21)
    add("e-both", [200e3, 200e3], ["Fe", "Au"], title=HOSTILE, more=[odd], operator=HOSTILE)
    add("e-none", [], ["Au"], title="Unreadable gold", on=23)
    add(
        "e-other",
        [60e3],
        [],
        title="Elsewhere",
        project="Steel",
        operator="Bob",
        more=[bright],
        on=24,
    )
    return index.files()


@pytest.fixture
def found(files):
    """Return a function: the experiments a search finds, in order."""

    def ask(**said):
        table = answer(files, rows_sql(Search(**said))).table
        return table.column("experiment_id").to_pylist()

    return ask


@pytest.fixture
def counted(files):
    """Return a function: how much of each facet's values a search finds, and of all."""

    def ask(**said):
        counts = {}
        for facet, value, _title, n in answer(files, facets_sql(Search(**said))).rows:
            counts.setdefault(facet, {})[value] = n
        return counts

    return ask


def test_everything_newest_first_and_oldest_first(found):
    order = ["e-other", "e-none", "e-both", "e-iron", "e-gold"]
    assert found() == order
    assert found(descending=False) == order[::-1]
    assert found(sort="title", descending=False)[0] == "e-other"


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("gold", ["e-none", "e-gold"]),
        ("GOLD kohle", ["e-gold"]),
        ("äö", ["e-gold"]),
        ("scan bob", ["e-other"]),
        ("steel", ["e-other"]),
        ("量子", ["e-both"]),
        ("O'Brien", ["e-both"]),
        ("%", ["e-both"]),
        ("_ 'OR'", ["e-both"]),
        ("'; DROP", []),
    ],
)
def test_each_word_must_stand_somewhere(found, words, names):
    assert found(words=words) == names


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ('"gold on"', ["e-gold"]),
        ("“Gold  ON” kohle", ["e-gold"]),
        ('"on gold"', []),
        ('"Gold on Kohlefilm ÄÖ S"', []),
        ("gold -unreadable", ["e-gold"]),
        ('-gold "scan 0"', ["e-other", "e-both", "e-iron"]),
        ("gold −unreadable", ["e-gold"]),
        ('gold -"gold on"', ["e-none"]),
        ("-gold -rust -elsewhere", ["e-both"]),
        ('"-- 量子"', ["e-both"]),
        ('"x"', ["e-both"]),
        ('""', ["e-other", "e-none", "e-both", "e-iron", "e-gold"]),
    ],
)
def test_quotes_find_a_phrase_within_one_name_and_a_minus_leaves_out(found, counted, words, names):
    assert found(words=words) == names
    assert counted(words=words)[""] == {"": len(names)}


def test_an_experiment_is_left_out_for_any_of_its_measurements_a_measurement_for_itself(found):
    assert found(words='-"scan 1"') == ["e-other", "e-none", "e-iron"]
    single = found(level="measurements", words='-"scan 1"')
    assert sorted(single) == ["e-both", "e-gold", "e-iron", "e-other"]


@pytest.mark.parametrize(
    ("words", "names"),
    [('"df 4"', ["e-iron"]), ('"4 df"', []), ("df -bright", ["e-iron"]), ("-4", ["e-other"])],
)
def test_words_of_a_key_are_phrases_and_left_out_likewise(found, words, names):
    assert found(conditions=(Condition("detector", words=words),)) == names


@pytest.mark.parametrize(
    ("low", "high", "names"),
    [
        (None, 80e3, ["e-other", "e-gold"]),
        (200e3, 200e3, ["e-both", "e-iron"]),
        (200e3 * (1 + 1e-12), None, ["e-both", "e-iron", "e-gold"]),
        (100e3, 190e3, []),
        (1.0, sys.float_info.max, ["e-other", "e-both", "e-iron", "e-gold"]),
        (-sys.float_info.max, 60e3, ["e-other"]),
    ],
)
def test_numbers_within_bounds(found, low, high, names):
    assert found(conditions=(Condition("acceleration_voltage", low, high),)) == names


@pytest.mark.parametrize(
    ("low", "high", "names"),
    [
        (200e3, None, ["e-gold"]),
        (200e3 * (1 - 1e-12), None, ["e-gold"]),
        (None, 80e3, ["e-other"]),
        (199e3, None, ["e-both", "e-iron", "e-gold"]),
    ],
)
def test_strict_bounds_do_not_fit_themselves(found, low, high, names):
    condition = Condition("acceleration_voltage", low, high, strict=True)
    assert found(conditions=(condition,)) == names


def test_all_conditions_hold_for_one_measurement(found):
    two = (
        Condition("acceleration_voltage", high=100e3),
        Condition("acceleration_voltage", low=250e3),
    )
    assert found(conditions=two) == []
    assert found(conditions=two[:1]) == ["e-other", "e-gold"]


def test_keys_without_a_column_are_found_among_the_facts_that_count(found):
    assert found(conditions=(Condition("defocus", low=-2e-9, high=0.0),)) == ["e-iron"]
    assert found(conditions=(Condition("defocus", low=1e-6),)) == []  # replaced, or in doubt


def test_days_are_whole(found):
    assert found(since=date(2026, 1, 21), until=date(2026, 1, 22)) == ["e-both", "e-iron"]
    assert found(until=date.max) == found()


def test_of_elements_all_must_be_there_of_others_one(found):
    assert found(chosen={"element": ("Au",)}) == ["e-none", "e-both", "e-gold"]
    assert found(chosen={"element": ("Au", "Fe")}) == ["e-both"]
    assert found(chosen={"project": ("steel", "minerals")}) == found()
    assert found(chosen={"person": (HOSTILE,)}) == ["e-both"]
    assert found(chosen={"state": ("needs-input",)}) == ["e-none"]


def test_single_measurements_are_found(files):
    search = Search("measurements", columns=("acceleration_voltage", "defocus"))
    table = answer(files, rows_sql(search)).table
    rows = zip(
        *(table.column(name).to_pylist() for name in ("experiment_id", "measurement_id")),
        strict=True,
    )
    assert sorted(rows) == [
        ("e-both", "m-0"),
        ("e-both", "m-1"),
        ("e-gold", "m-0"),
        ("e-gold", "m-1"),
        ("e-iron", "m-0"),
        ("e-other", "m-0"),
    ]
    by_voltage = replace(search, sort="acceleration_voltage")
    volts = answer(files, rows_sql(by_voltage)).table.column("acceleration_voltage_V").to_pylist()
    assert volts == [300e3, 200e3, 200e3, 200e3, 80e3, 60e3]
    by_defocus = answer(files, rows_sql(replace(search, sort="defocus"))).table
    assert by_defocus.column("defocus_m").to_pylist() == [-1.2e-9, *[None] * 5]


def test_an_experiment_shows_what_of_it_fits(files):
    search = Search(
        words="gold",
        columns=("acceleration_voltage", "title"),
        conditions=(Condition("acceleration_voltage", high=100e3),),
    )
    (row,) = answer(files, rows_sql(search)).table.to_pylist()
    assert (row["fitting"], row["n_measurements"]) == (1, 2)
    assert (row["acceleration_voltage_V_min"], row["acceleration_voltage_V_max"]) == (80e3, 80e3)
    assert row["title"] == "Gold on Kohlefilm ÄÖ"
    assert row["date"] == datetime(2026, 1, 20, 23, 30, tzinfo=UTC)


def test_an_experiment_without_data_shows_nothing_of_any(files):
    rows = answer(files, rows_sql(Search())).table.to_pylist()
    (none,) = (row for row in rows if row["experiment_id"] == "e-none")
    assert [none[name] for name in ("techniques", "formats", "instruments")] == [[], [], []]


def test_pages_follow_each_other(files):
    whole = answer(files, rows_sql(Search())).rows
    pages = [answer(files, rows_sql(Search(), limit=2, offset=at)).rows for at in (0, 2, 4, 6)]
    assert [row for page in pages for row in page] == whole
    assert [len(page) for page in pages] == [2, 2, 1, 0]


def test_facets_count_experiments(counted):
    counts = counted()
    assert counts[""] == {"": 5}
    assert counts["element"] == {"Au": 3, "Fe": 2, "C": 1, "O": 1}
    assert counts["state"] == {"valid": 4, "needs-input": 1}
    assert counts["person"] == {"ada": 5, "Ada": 3, "Bob": 1, HOSTILE: 1}
    assert counts["data"] == {"image_2d": 4}


def test_facets_count_measurements(counted):
    counts = counted(level="measurements")
    assert counts[""] == {"": 6}
    assert counts["element"] == {"Au": 4, "Fe": 3, "C": 2, "O": 1}


def test_a_facet_counts_as_if_nothing_of_it_was_chosen_others_do_not(counted):
    counts = counted(chosen={"project": ("steel",), "element": ()})
    assert counts[""] == {"": 1}
    assert counts["project"] == {"minerals": 4, "steel": 1}
    assert counts["person"] == {"ada": 1, "Bob": 1}


def test_a_facet_of_which_all_must_hold_counts_what_is_left(counted):
    counts = counted(chosen={"element": ("Au",)})
    assert counts["element"] == {"Au": 3, "C": 1, "Fe": 1}


@pytest.mark.parametrize("level", ["experiments", "measurements"])
@pytest.mark.parametrize("facet", FACETS)
def test_what_a_facet_counts_is_what_is_found(counted, files, facet, level):
    for value, n in counted(level=level).get(facet, {}).items():
        search = Search(level=level, chosen={facet: (value,)})
        assert len(answer(files, rows_sql(search)).rows) == n
        assert counted(level=level, chosen={facet: (value,)})[""] == {"": n}


def test_each_column_of_a_table_has_a_name_of_its_own(files):
    from emfair.nxem.keys import keys

    for level in ("experiments", "measurements"):
        table = answer(files, rows_sql(Search(level=level, columns=tuple(keys())))).table
        names = sorted(table.column_names)
        assert all(one != other for one, other in pairwise(names))


@pytest.mark.parametrize("level", ["experiments", "measurements"])
def test_facets_are_counted_in_one_reading_of_the_tables(level):
    chosen = {"instrument": ("Titan",), "technique": ("HAADF",)}
    for search in (Search(level), Search(level, chosen=chosen)):
        sql = facets_sql(search)
        assert sql.count("FROM experiments") == sql.count("JOIN measurements") == 1
        assert "AS MATERIALIZED" in sql
