"""What readers' libraries say of a damaged file does not flood the log."""

import logging
import struct
import warnings
from contextlib import ExitStack

import pytest

from emfair.errors import UnreadableFile
from emfair.vendor.quiet import LIBRARIES, quiet
from emfair.vendor.read import read_signals

# RosettaSciIO's TIFF reader leaves its file to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_a_tiff_of_many_damaged_pages_says_nothing_in_the_log(tmp_path, caplog):
    places = [*range(26, 8 + 18 * 200, 18), 0]
    tables = (struct.pack("<HHHIII", 1, 256, 4, 1, 8, place) for place in places)
    path = tmp_path / "a.tif"
    path.write_bytes(b"II*\0" + struct.pack("<I", 8) + b"".join(tables))
    with pytest.raises(UnreadableFile):
        read_signals(path)
    assert caplog.records == []


@pytest.mark.parametrize("name", LIBRARIES)
def test_libraries_are_heard_again_afterwards(caplog, name):
    logger = logging.getLogger(f"{name}.part")
    with quiet():
        logger.error("of a page")
    logger.error("of anything else")
    assert [one.message for one in caplog.records] == ["of anything else"]


@pytest.mark.parametrize("ends_first", [0, 1])
def test_of_several_that_read_at_once_the_last_gives_the_log_back(caplog, ends_first):
    logger = logging.getLogger("tifffile")
    ways = [ExitStack(), ExitStack()]
    for way in ways:
        way.enter_context(quiet())
    ways.pop(ends_first).close()
    logger.error("of a page")
    warnings.warn("of a page", stacklevel=1)
    ways.pop().close()
    logger.error("of anything else")
    assert [one.message for one in caplog.records] == ["of anything else"]
    with pytest.raises(UserWarning):
        warnings.warn("of anything else", stacklevel=1)


def test_emfair_itself_is_heard(caplog):
    with quiet():
        logging.getLogger("emfair.vendor").warning("this")
    assert [one.message for one in caplog.records] == ["this"]


def test_warnings_are_kept_out_as_well():
    with quiet():
        warnings.warn("of a page", stacklevel=1)
    with pytest.raises(UserWarning):
        warnings.warn("of anything else", stacklevel=1)
