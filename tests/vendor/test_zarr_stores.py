"""A Zarr store that would run a program is told of in emfair's words, and not read."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from emfair.errors import UnreadableFile
from emfair.vendor.read import read_signals
from emfair.vendor.zarr_stores import refuse_code
from tests.zspy import write_store

# zarr 2 says of its own store that zarr 3 will not have it.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The NestedDirectoryStore is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning"),
]


@pytest.fixture
def store(tmp_path):
    """Return a store whose array is to be unpickled."""
    folder = tmp_path / "a.zspy"
    write_store(folder, np.arange(48.0).reshape(6, 8))
    (folder / ".zmetadata").unlink()
    described = folder / "Experiments" / "made" / "data" / ".zarray"
    said = json.loads(described.read_text("utf-8"))
    changed = {**said, "compressor": None, "filters": [{"id": "pickle", "protocol": 5}]}
    described.write_text(json.dumps(changed, indent=4), "utf-8")
    return folder


def refusal(path):
    with pytest.raises(UnreadableFile) as told:
        read_signals(path)
    assert told.value.subject == "a.zspy"
    return told.value


def test_a_folder_that_would_run_a_program_is_not_read(store):
    told = refusal(store)
    assert "run a program" in told.message
    assert "without object arrays" in told.remedy
    assert "NUMCODECS" not in str(told)


def test_nor_an_archive(store):
    packed = Path(shutil.make_archive(str(store.parent / "packed"), "zip", store))
    shutil.rmtree(store)
    packed.rename(store)
    assert "run a program" in refusal(store).message


def test_others_are_read(tmp_path):
    write_store(tmp_path / "b.zspy", np.arange(48.0).reshape(6, 8))
    assert [signal.title for signal in read_signals(tmp_path / "b.zspy")] == ["made"]


def test_what_is_no_archive_is_left_to_its_reader(tmp_path):
    (tmp_path / "a.zspy").write_bytes(b"PK\3\4 cut off")
    refuse_code(tmp_path / "a.zspy")
