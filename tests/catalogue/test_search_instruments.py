"""Searches by instrument: each measurement's own, and all of an experiment."""

from __future__ import annotations

from collections import Counter

import pytest

from emfair.catalogue.query import answer
from emfair.catalogue.rows import rows_of
from emfair.catalogue.search import Search
from emfair.catalogue.search_sql import facets_sql, rows_sql
from emfair.model.annotations import Annotations


@pytest.fixture(scope="module")
def mixed(make, tmp_path_factory):
    """Return an index of an experiment at three instruments, and of one whose person names it."""
    from emfair.catalogue.delta import Index
    from emfair.lake.local import LocalLake

    folder = tmp_path_factory.mktemp("mixed")
    index = Index(LocalLake(folder / "lake"), folder / "cache")
    titan = [make.text("instrument_name", "Titan"), make.text("model", "80-300")]
    scios = [
        make.text("instrument_name", "Scios", source="form"),
        make.text("instrument_name", "Titan", replaced_by="form"),
        make.text("model", "DualBeam"),
    ]
    said = [titan, titan, scios, [make.text("model", "JEM-2100")], []]
    for name, facts, notes in (
        ("e-three", said, {}),
        ("e-named", [[]], {"instrument": {"name": "Scios", "model": "DualBeam"}}),
    ):
        measurements = [make.measurement(f"m-{place}", one) for place, one in enumerate(facts)]
        documents = make.documents(name, measurements)
        rows = rows_of(make.manifest(name), Annotations.model_validate(notes), *documents)
        index.replace(name, rows)
    return index.files()


def instruments(files, **said):
    """Return the instruments of each row that is found, by experiment and measurement."""
    found = {}
    for row in answer(files, rows_sql(Search(**said))).table.to_pylist():
        keys = [row[name] for name in ("experiment_id", "measurement_id") if name in row]
        found["/".join(keys)] = row.get("instruments", [row["instrument"]])
    return found


def test_measurements_show_their_own_instrument_or_else_the_experiments(mixed):
    assert instruments(mixed, level="measurements") == {
        "e-three/m-0": ["Titan"],
        "e-three/m-1": ["Titan"],
        "e-three/m-2": ["Scios"],
        "e-three/m-3": ["JEM-2100"],
        "e-three/m-4": ["Titan"],
        "e-named/m-0": ["Scios"],
    }


def test_experiments_show_all_instruments_of_their_measurements(mixed):
    assert instruments(mixed) == {"e-three": ["JEM-2100", "Scios", "Titan"], "e-named": ["Scios"]}
    found = instruments(mixed, chosen={"instrument": ("Titan",)})
    assert found == {"e-three": ["JEM-2100", "Scios", "Titan"]}, "also those that do not fit"


@pytest.mark.parametrize("level", ["experiments", "measurements"])
def test_instruments_are_counted_and_chosen_as_they_are_shown(mixed, level):
    shown = instruments(mixed, level=level)
    counts = {
        value: n
        for facet, value, _title, n in answer(mixed, facets_sql(Search(level))).rows
        if facet == "instrument"
    }
    assert counts == Counter(one for several in shown.values() for one in several)
    for one in counts:
        found = instruments(mixed, level=level, chosen={"instrument": (one,)})
        assert found == {key: several for key, several in shown.items() if one in several}


@pytest.mark.parametrize(
    ("words", "measurements", "experiments"),
    [
        ("titan", ["e-three/m-0", "e-three/m-1", "e-three/m-4"], ["e-three"]),
        ("80-300", ["e-three/m-0", "e-three/m-1", "e-three/m-4"], ["e-three"]),
        ("scios", ["e-named/m-0", "e-three/m-2"], ["e-named", "e-three"]),
        ("jem", ["e-three/m-3"], ["e-three"]),
        ("dualbeam", ["e-named/m-0"], ["e-named"]),
    ],
)
def test_words_find_measurements_by_their_own_instrument(mixed, words, measurements, experiments):
    assert sorted(instruments(mixed, level="measurements", words=words)) == measurements
    assert sorted(instruments(mixed, words=words)) == experiments
