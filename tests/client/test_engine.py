"""What an experiment is called whose depositor gave it no title."""

from __future__ import annotations

from pathlib import Path

import pytest

from emfair.client.collect import LocalFile
from emfair.client.engine import default_title


@pytest.mark.parametrize(
    ("names", "title"),
    [
        (["scan.dm4"], "scan.dm4"),
        (["night/scan.dm4", "night/b.tif"], "night"),
        (["a.tif", "b.tif", "c.tif"], "a.tif and 2 more"),
        (["\u202enight\n/scan.dm4"], "night"),
        (["\u200b/scan.dm4"], "untitled"),
    ],
)
def test_it_is_its_folder_or_first_file_as_it_can_be_seen(names, title):
    assert default_title([LocalFile(Path(name), name, 1) for name in names]) == title
