"""Files are found by what was sealed, and what is not there says why."""

from __future__ import annotations

import pytest

from emfair.client.engine import DepositRequest
from emfair.errors import NotFound
from emfair.lake import layout
from emfair.model.canonical import sha256_bytes
from emfair.service import downloads
from tests.service.lab import deposit


@pytest.fixture
def row(services, sealed):
    return services.registry.experiments.get(sealed.experiment)


def test_a_file_is_found_by_its_given_name_and_streamed(services, row):
    found = downloads.raw_file(services, row, "a b.dm3")
    assert (found.name, found.size) == ("a b.dm3", 21)
    with found.open(0, found.size) as stream:
        assert sha256_bytes(stream.read()) == found.sha256
    with found.open(6, 8) as stream:
        assert stream.read() == b"of"


def test_a_file_is_found_by_its_path_in_the_lake_too(services, tmp_path):
    names = ["50 %.dm3", "scan?.dm3", "a\x07b\xa0c.dm3"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    made = deposit(services, DepositRequest([tmp_path / name for name in names], "P", "Q", "S"))
    row = services.registry.experiments.get(made.place.experiment)
    for file in services.registry.files.of(row.id):
        for known in (file.name, file.path):
            assert downloads.raw_file(services, row, known).sha256 == file.sha256
    assert {file.name for file in services.registry.files.of(row.id)} == set(names)


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "../manifest-0001.json",
        "/etc/passwd",
        "a b.dm3/",
        "a b.dm3\0",
        "\ud800",
        "x" * 5000,
    ],
)
def test_only_what_was_sealed_is_a_file(services, row, path):
    with pytest.raises(NotFound):
        downloads.raw_file(services, row, path)


def test_a_file_the_lake_has_lost_is_told_as_such(services, sealed, row):
    services.lake.delete(layout.raw_file(sealed, "a b.dm3"))
    with pytest.raises(NotFound, match="does not hold"):
        downloads.raw_file(services, row, "a b.dm3")


def test_what_is_not_written_yet_says_so(services, row):
    for read in (downloads.report, downloads.readme):
        with pytest.raises(NotFound, match="not been written yet"):
            read(services, row)
    with pytest.raises(NotFound, match="no such measurement"):
        downloads.preview(services, row)
