"""What faces ask the service: lists, pages, downloads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emfair.errors import BadCall, BadData, BadName, NotFound
from emfair.lake import layout
from emfair.lake.memory import MemoryLake
from emfair.model.canonical import sha256_bytes
from emfair.model.manifest import Place, RawFile, Titles
from emfair.model.states import ExperimentState
from emfair.service import browse
from emfair.service.deposits import DepositRequest, deposit
from emfair.service.services import Services, open_services
from emfair.settings import read_settings


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with open_services(read_settings(home=tmp_path), lake=MemoryLake()) as opened:
        yield opened


@pytest.fixture
def sealed(services: Services, tmp_path: Path) -> Place:
    """Return the place of a sealed deposit of one file, ``a b.dm3``."""
    file = tmp_path / "a b.dm3"
    file.write_bytes(b"bytes of a microscope")
    return deposit(services, DepositRequest([file], "P", "Q", "S", "jane")).place


def begin(services: Services, number: int, title: str) -> str:
    place = Place(project=f"p{number % 2}", proposal="q", sample="s", experiment=f"e-{number:04}")
    titles = Titles(project="P", proposal="Q", sample="S", experiment=title)
    digest = sha256_bytes(b"%d" % number)
    file = RawFile(name="a", path="a", size=1, sha256=digest, modified_at=services.now())
    return services.registry.deposits.open(
        place, titles, depositor="jane", files=(file,)
    ).place.experiment


def test_pages_join_without_gap_or_overlap_whatever_the_filter(services):
    every = [begin(services, n, "even" if n % 2 == 0 else "odd") for n in range(25)]
    for text, wanted in (("", every), ("EVEN p0", every[::2])):
        seen: list[str] = []
        after = None
        while True:
            page = browse.experiments(services, text=text, limit=4, after=after)
            seen += [row.id for row in page.rows]
            after = page.next
            if after is None:
                break
        assert seen == wanted[::-1]


def test_a_text_is_found_behind_many_that_do_not_match(services):
    wanted = begin(services, 0, "needle")
    for number in range(1, 510):
        begin(services, number, "hay")
    page = browse.experiments(services, text="needle", limit=1)
    assert [row.id for row in page.rows] == [wanted]
    assert page.next is None


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_has_bounds(services, limit):
    with pytest.raises(BadCall, match="between"):
        browse.experiments(services, limit=limit)


def test_states_are_counted(services, sealed):
    counts = browse.counts(services)
    assert counts[ExperimentState.SEALED] == 1
    assert sum(counts.values()) == 1


def test_a_sealed_experiment_has_its_manifest_and_nothing_more(services, sealed):
    page = browse.experiment(services, sealed.experiment)
    assert page.manifest is not None
    assert [file.name for file in page.manifest.files] == ["a b.dm3"]
    assert (page.conversion, page.validation, page.records) == (None, None, ())
    assert (page.findings, page.measurements) == ((), ())


def test_a_draft_has_not_even_a_manifest(services):
    assert browse.experiment(services, begin(services, 1, "draft")).manifest is None


@pytest.mark.parametrize("identifier", ["", "..", "A", "x" * 41, "\x00", "e/../f"])
def test_what_is_no_identifier_is_refused_before_any_store_is_asked(services, identifier):
    with pytest.raises(BadName):
        browse.experiment(services, identifier)


def test_an_unknown_experiment_is_not_found(services):
    with pytest.raises(NotFound):
        browse.experiment(services, "e-unknown")


def test_a_file_is_found_by_its_given_name_and_streamed(services, sealed):
    found = browse.raw_file(services, sealed.experiment, "a b.dm3")
    assert (found.name, found.size) == ("a b.dm3", 21)
    with found.open() as stream:
        assert sha256_bytes(stream.read()) == found.sha256


@pytest.mark.parametrize("path", ["", ".", "../manifest-0001.json", "/etc/passwd", "a b.dm3/"])
def test_only_what_the_manifest_names_is_a_file(services, sealed, path):
    with pytest.raises(NotFound):
        browse.raw_file(services, sealed.experiment, path)


def test_a_file_the_lake_has_lost_is_told_as_such(services, sealed):
    services.lake.delete(layout.raw_file(sealed, "a b.dm3"))
    with pytest.raises(NotFound, match="does not hold"):
        browse.raw_file(services, sealed.experiment, "a b.dm3")


def test_what_is_not_written_yet_says_so(services, sealed):
    for read in (browse.report, browse.readme):
        with pytest.raises(NotFound, match="not been written yet"):
            read(services, sealed.experiment)
    with pytest.raises(NotFound, match="no such measurement"):
        browse.preview(services, sealed.experiment)


def test_a_damaged_document_is_bad_data_and_not_a_crash(services, sealed):
    services.lake.put_bytes(layout.conversion(sealed), b"{")
    with pytest.raises(BadData, match="no conversion document"):
        browse.experiment(services, sealed.experiment)


def test_every_table_is_described_for_people():
    tables = browse.tables()
    assert len(tables) == 5
    assert all(column.description for table in tables for column in table.columns)
