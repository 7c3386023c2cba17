"""One odd tag of HyperSpy's formats costs that tag."""

import json
import shutil

import h5py
import numpy as np
import pytest

from emfair.vendor.hyperspy_files import DEEPEST
from emfair.vendor.read import read_signals
from emfair.vendor.tags import Unreadable, find
from tests.zspy import write_store

# zarr 2 says of its own store that zarr 3 will not have it.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The NestedDirectoryStore is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning"),
]


@pytest.fixture
def tagged(corpus, tmp_path):
    """Return a function that reads a real file with one tag more among its vendor's tags."""

    def read(put):
        path = tmp_path / "a.hspy"
        shutil.copy(corpus / "hdf5_files" / "example2_v3.1.hspy", path)
        with h5py.File(path, "r+") as file:
            (experiment,) = file["Experiments"].values()
            experiment["original_metadata"].attrs["sound"] = 7
            put(experiment["original_metadata"])
        (signal,) = read_signals(path)
        assert signal.tags["sound"] == 7
        return signal.tags

    return read


@pytest.mark.parametrize(
    ("put", "name", "value"),
    [
        (lambda group: group.attrs.create("odd", np.bytes_(b"\xb5m")), "odd", "\\xb5m"),
        (lambda group: group.attrs.create("odd", np.array([b"\xb5", b"b"])), "odd", ["\\xb5", "b"]),
        (lambda group: group.attrs.create(b"\xb5m", 3), "\\xb5m", 3),
        (lambda group: group.create_dataset(b"\xb5m", data=3), "\\xb5m", 3),
        (lambda group: group.attrs.create("_datetime_date", "then"), "_datetime_date", "then"),
        (
            lambda group: group.create_dataset("_list_odd", data=np.array([b"\xb5", b"b"])),
            "_list_odd",
            ["\\xb5", "b"],
        ),
    ],
)
def test_what_the_reader_cannot_take_is_kept_as_it_stands_there(tagged, put, name, value):
    assert tagged(put)[name] == value


def test_tags_nested_too_deep_are_cut_off_where_they_begin_to_be(tagged):
    def put(group):
        for _ in range(5 * DEEPEST):
            group = group.create_group("d")
        group.attrs["last"] = 1

    branch, depth = tagged(put), 0
    while "d" in branch:
        branch, depth = branch["d"], depth + 1
    assert depth == DEEPEST - 2
    assert isinstance(branch["deeper"], Unreadable)
    assert find(branch, "deeper") == ("", None)


def a_store(folder):
    write_store(folder, np.arange(48.0).reshape(6, 8))
    return folder / "Experiments" / "made"


def test_an_odd_tag_of_a_zarr_folder(tmp_path):
    inner = a_store(tmp_path / "a.zspy") / "original_metadata"
    (tmp_path / "a.zspy" / ".zmetadata").unlink()
    odd = {"sound": 7, "_datetime_date": "then", "half": "a\udc80b"}
    (inner / ".zattrs").write_text(json.dumps(odd))
    (signal,) = read_signals(tmp_path / "a.zspy")
    assert signal.tags == odd


def test_files_are_closed_once_their_signals_are_gone(corpus, tmp_path):
    path = shutil.copy(corpus / "hdf5_files" / "example2_v3.1.hspy", tmp_path / "a.hspy")
    assert read_signals(path)
    with h5py.File(path, "r+") as file:
        assert "Experiments" in file
