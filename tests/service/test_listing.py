"""Files as people count them."""

from __future__ import annotations

from emfair.service.listing import listed
from tests.service.test_file_reports import manifest


def test_a_folder_that_is_one_file_stands_in_one_line():
    names = ("a.dm3", "day/scan.zspy/.zgroup", "day/scan.zspy/0/0.0", "day/z.tif")
    lines = listed(manifest(*names).files)
    assert [(one.name, one.is_folder, len(one.files), one.size) for one in lines] == [
        ("a.dm3", False, 1, 1),
        ("day/scan.zspy", True, 2, 2),
        ("day/z.tif", False, 1, 1),
    ]
