"""What is read whole fits into memory, or is refused with the numbers before it is read."""

import resource
from contextlib import contextmanager

import h5py
import numpy as np
import pytest

from emfair.errors import TooLarge, UnreadableFile
from emfair.vendor.bounds import EAGER, WHOLE, is_stored, memory, refuse_too_large
from emfair.vendor.plugins import plugins
from emfair.vendor.read import read_signals


def test_the_table_names_readers_that_exist():
    assert EAGER.keys() <= plugins().keys()


@contextmanager
def allowed(size):
    """Bound this process' memory to `size` bytes, as a worker's is."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def test_memory_is_what_the_process_may_take():
    with allowed(3 << 30):
        assert memory() == min(3 << 30, memory())
    assert memory() > 0


def test_a_text_of_many_gigabytes_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "spectrum.msa"
    with path.open("wb") as file:
        file.write(b"#FORMAT      : EMSA/MAS SPECTRAL DATA FILE\n")
        file.truncate(memory())
    with pytest.raises(TooLarge, match=r"would take up to \d+\.\d GB of memory") as told:
        read_signals(path)
    assert (told.value.subject, "MSA" in told.value.message) == ("spectrum.msa", True)
    assert "more memory" in told.value.remedy


def test_the_bound_is_the_factor_times_the_file(tmp_path):
    path = tmp_path / "a.msa"
    with path.open("wb") as file:
        file.truncate(memory() // EAGER["MSA"])
    refuse_too_large("MSA", path)
    with path.open("r+b") as file:
        file.truncate(memory() // EAGER["MSA"] + 1)
    with pytest.raises(TooLarge):
        refuse_too_large("MSA", path)
    refuse_too_large("Bruker", path)
    assert EAGER["MSA"] > WHOLE


@pytest.mark.parametrize("linked", [False, True])
def test_of_hdf5_the_arrays_count_as_they_are_unpacked(tmp_path, linked):
    rows = memory() // (1 << 20)
    frames = "scan_data_000001.h5"
    with h5py.File(tmp_path / frames, "w") as file:
        file.create_dataset("data", (rows, 1 << 20), "u1", chunks=(1, 1 << 20), compression="gzip")
    path = tmp_path / frames
    if linked:
        path = tmp_path / "scan_master.h5"
        with h5py.File(path, "w") as file:
            file["entry/data/data_000001"] = h5py.ExternalLink(frames, "data")
    with pytest.raises(TooLarge):
        refuse_too_large("Arina", path)


def test_groups_and_named_types_beside_the_arrays_count_for_nothing(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["deep/type"] = np.dtype("f8")
        file["deep/data"] = np.zeros(9)
    refuse_too_large("Delmic", path)
    with h5py.File(path, "r+") as file:
        file.create_dataset("deep/more", (memory() // (1 << 20), 1 << 20), "u1", chunks=True)
    with pytest.raises(TooLarge):
        refuse_too_large("Delmic", path)


def test_a_whole_phenom_file_passes_and_one_without_an_end_is_refused_at_once(corpus, tmp_path):
    whole = corpus / "phenom_data" / "Elid2Version0.elid"
    refuse_too_large("Phenom", whole)
    path = tmp_path / "cut.elid"
    for share in (0.02, 0.5, 0.99):
        path.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
        with pytest.raises(UnreadableFile, match="is cut off"):
            read_signals(path)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_lies_in_an_archive_as_it_is_can_be_mapped(tmp_path, save):
    with (tmp_path / "a.prz").open("wb") as file:
        save(file, data=np.zeros(9))
    assert is_stored(tmp_path / "a.prz", "data.npy") is (save is np.savez)
    assert not is_stored(tmp_path / "a.prz", "other.npy")
