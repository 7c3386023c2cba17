"""Each quantity of each table against the vendor's own tag, in a real file."""

import csv
import gzip
import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.corpus.archives import ARCHIVES
from emfair.demo.corpus import fetch, unpack
from emfair.model.facts import Source
from emfair.nxem.keys import keys
from emfair.vendor.mapping import table_facts, vendor_facts
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Signal
from emfair.vendor.table import Table, tables
from emfair.vendor.tags import fits, tag_at

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SI = {key.key: key.unit for key in keys().values() if key.kind == "number"}
ROWS = [pytest.param(table, row, id=f"{table.name}: {row.tag} as {row.key}")
        for table in tables() for row in table.rows]  # fmt: skip


class Proof(NamedTuple):
    """A line of ``proofs.csv``: what one row reads from signal `index` of one file.

    `raw` are the tag's own words, `si` their value in the key's unit.
    """

    table: str
    key: str
    tag: str
    place: str
    file: str
    index: int
    raw: str
    si: float


def _lines(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _proofs() -> tuple[Proof, ...]:
    return tuple(
        Proof(**{**line, "index": int(line["index"]), "si": float(line["si"])})
        for line in _lines("proofs.csv")
    )


PROOFS = _proofs()
UNPROVEN = _lines("unproven.csv")
"""Rows for which no file of PyPI holds a tag that is not zero, and what else tells the unit."""
ELSEWHERE = {"mrc_fei_extended", "mrc_mdoc"}  # proven in test_mrc_more.py
EMPAD = (
    ("map4x4.xml", "scan_x4_y4.raw", 4 * 4),
    ("map128x128_version1.2.0.xml", "scan_x128_y128.raw", 128 * 128),
)
"""Headers of the corpus and the arrays that they name, which are not in it: here full of holes."""


@pytest.fixture(scope="module")
def signals(
    corpus: Path, velox: Path, sem_tiffs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], list[Signal]]]:
    """Return a function that reads a file of one of the places of ``proofs.csv``, once."""
    unpacked = tmp_path_factory.mktemp("unpacked")
    unpack(corpus / "tiff_files" / "TVIPS_bin4.zip", unpacked)
    for packed in (corpus / "tiff_files").glob("*.tif.gz"):
        with gzip.open(packed) as source, (unpacked / packed.stem).open("wb") as target:
            shutil.copyfileobj(source, target)
    for header, array, frames in EMPAD:
        shutil.copy(corpus / "empad_data" / header, unpacked)
        with (unpacked / array).open("wb") as stream:
            stream.truncate(frames * 130 * 128 * 4)
    places = {"corpus": corpus, "velox": velox, "sem_tiffs": sem_tiffs, "unpacked": unpacked}
    places["exspy"] = fetch(next(a for a in ARCHIVES if a.requirement.startswith("exspy")))
    read = cache(lambda place, file: read_signals(places[place] / file))
    yield read
    read.cache_clear()


@pytest.fixture(params=PROOFS, ids=lambda proof: f"{proof.table}: {proof.tag} as {proof.key}")
def proof(request) -> Proof:
    return request.param


def test_a_tag_means_what_the_vendor_meant(proof, signals):
    signal = signals(proof.place, proof.file)[proof.index]
    table = next(table for table in tables() if table.name == proof.table)
    found = [
        fact
        for fact in table_facts(table, signal, SI)
        if fact.key == proof.key and _is_at(table, proof.tag, fact.source_path)
    ]
    assert found, "the table finds nothing at this tag"
    fact = found[0]
    assert fact.raw == proof.raw == str(tag_at(_tree(table, signal), fact.source_path))
    assert fact.value_num == pytest.approx(proof.si, rel=1e-9)
    assert fact.unit == SI[proof.key]
    assert fact.source is Source.VENDOR
    assert fact.extractor == f"emfair.vendor.tables.{proof.table}"


def test_every_quantity_is_proven_or_listed_as_unproven():
    quantities = {
        (table.name, row.key, row.tag)
        for table in tables()
        for row in table.rows
        if row.key in SI and table.name not in ELSEWHERE
    }
    proven = {(proof.table, proof.key, proof.tag) for proof in PROOFS if proof.si != 0}
    unproven = {(line["table"], line["key"], line["tag"]): line["evidence"] for line in UNPROVEN}
    assert quantities - proven == set(unproven)
    assert all(unproven.values())


@pytest.mark.parametrize(
    ("file", "number", "shown"),
    [("JEOL-SightX-SAED-dummy.tif", 0.4, "camera_length"),
     ("JEOL-SightX-TEM-mag-dummy.tif", 150_000, "magnification")],
)  # fmt: skip
def test_jeols_selector_is_what_its_unit_says(signals, file, number, shown):
    facts = vendor_facts(signals("unpacked", file)[0], SI)
    told = [fact for fact in facts if fact.key in {"camera_length", "magnification"}]
    assert [(fact.key, fact.value_num) for fact in told] == [(shown, number)]


def test_jeols_time_keeps_its_offset(signals):
    facts = vendor_facts(signals("unpacked", "JEOL-SightX-SAED-dummy.tif")[0], SI)
    start = next(fact for fact in facts if fact.key == "start_time")
    assert start.value_text == "2015-07-30T07:17:25.772534+09:00"


def test_an_epoch_beside_a_local_time_tells_the_zone(signals):
    facts = vendor_facts(signals("unpacked", "map128x128_version1.2.0.xml")[0], SI)
    assert [fact.value_text for fact in facts if fact.key == "start_time"] == [
        "2021-05-18T00:39:52.213645+00:00",
        "2021-05-18T08:39:52.213645",
    ]


def _is_at(table: Table, tag: str, path: str) -> bool:
    """Whether `path` is where `tag` leads to, below one of the table's roots."""
    pattern = re.sub(r"\{[^}]*\}", "*", tag)
    return any(fits(path, f"{root}/{pattern}".strip("/")) for root in table.roots)


def _tree(table: Table, signal: Signal) -> dict[str, object]:
    return signal.tags if table.tree == "tags" else signal.metadata
