"""Files are found by what the manifest says, and what is not there says why."""

from __future__ import annotations

import pytest

from emfair.errors import NotFound
from emfair.lake import layout
from emfair.model.canonical import sha256_bytes
from emfair.service import downloads


def test_a_file_is_found_by_its_given_name_and_streamed(services, sealed):
    found = downloads.raw_file(services, sealed.experiment, "a b.dm3")
    assert (found.name, found.size) == ("a b.dm3", 21)
    with found.open() as stream:
        assert sha256_bytes(stream.read()) == found.sha256


@pytest.mark.parametrize("path", ["", ".", "../manifest-0001.json", "/etc/passwd", "a b.dm3/"])
def test_only_what_the_manifest_names_is_a_file(services, sealed, path):
    with pytest.raises(NotFound):
        downloads.raw_file(services, sealed.experiment, path)


def test_a_file_the_lake_has_lost_is_told_as_such(services, sealed):
    services.lake.delete(layout.raw_file(sealed, "a b.dm3"))
    with pytest.raises(NotFound, match="does not hold"):
        downloads.raw_file(services, sealed.experiment, "a b.dm3")


def test_what_is_not_written_yet_says_so(services, sealed):
    for read in (downloads.report, downloads.readme):
        with pytest.raises(NotFound, match="not been written yet"):
            read(services, sealed.experiment)
    with pytest.raises(NotFound, match="no such measurement"):
        downloads.preview(services, sealed.experiment)
