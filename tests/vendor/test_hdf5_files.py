"""What an HDF5 file holds and where it leads is known before any reader has it."""

import os

import h5py
import numpy as np
import pytest
from h5py import h5d, h5p, h5s, h5t

from emfair.errors import MissingCompanion, UnreadableFile
from emfair.vendor.hdf5_files import Way, contents_of, has_link, is_hdf5
from emfair.vendor.read import read_signals
from emfair.vendor.sniff import sniff


@pytest.fixture
def secret(tmp_path):
    """Return a file of this machine that nobody has deposited."""
    path = tmp_path / "home" / "secret.h5"
    path.parent.mkdir()
    with h5py.File(path, "w") as file:
        file["data"] = np.arange(64.0).reshape(8, 8)
    return path


def a_hspy(path, put):
    """Write HyperSpy's format, its array put in by `put`."""
    path.parent.mkdir(exist_ok=True)
    with h5py.File(path, "w") as file:
        file.attrs.update({"file_format": "HyperSpy", "file_format_version": "3.0"})
        experiment = file.create_group("Experiments/a")
        experiment.create_group("metadata")
        experiment.create_group("original_metadata")
        for axis in range(2):
            attrs = {"size": 8, "scale": 1.0, "offset": 0.0, "name": "x", "units": "nm"}
            experiment.create_group(f"axis-{axis}").attrs.update(attrs)
        put(experiment)
    return path


def linked(target):
    def put(group):
        group["data"] = h5py.ExternalLink(str(target), "data")

    return put


def linked_deep_down(target):
    def put(group):
        group["data"] = np.zeros((8, 8))
        deep = group.create_group("original_metadata/a/b")
        deep["away"] = h5py.ExternalLink(str(target), "data")

    return put


def linked_softly(target):
    def put(group):
        group.file["away"] = h5py.ExternalLink(str(target), "/")
        group["data"] = h5py.SoftLink("/away/data")

    return put


def virtual(target):
    def put(group):
        layout = h5py.VirtualLayout((8, 8), "f8")
        layout[:] = h5py.VirtualSource(str(target), "data", (8, 8))
        group.create_virtual_dataset("data", layout)

    return put


@pytest.mark.parametrize("put", [linked, linked_deep_down, linked_softly, virtual])
@pytest.mark.parametrize("name", ["a.hspy", "a.nxs", "a.emd"])
def test_no_file_is_followed_to_another_of_this_machine(tmp_path, secret, put, name):
    path = a_hspy(tmp_path / "sent" / name, put(secret))
    with pytest.raises(UnreadableFile, match="lies in another file") as told:
        read_signals(path)
    assert told.value.subject == name
    assert "data inside" in told.value.remedy
    assert str(secret.parent) not in told.value.message


def test_an_array_as_large_as_anothers_is_refused_without_asking_how_large_that_is(tmp_path):
    os.mkfifo(tmp_path / "pipe.h5")  # whoever opens it waits for ever

    def put(group):
        space = h5s.create_simple((1, 4), (h5s.UNLIMITED, 4))
        space.select_hyperslab((0, 0), (h5s.UNLIMITED, 1), block=(1, 4))
        made = h5p.create(h5p.DATASET_CREATE)
        made.set_virtual(space, os.fsencode(tmp_path / "pipe.h5"), b"x", space)
        whole = h5s.create_simple((1, 4), (h5s.UNLIMITED, 4))
        h5d.create(group.id, b"data", h5t.NATIVE_INT8, whole, made)

    path = a_hspy(tmp_path / "a.hspy", put)
    with pytest.raises(UnreadableFile, match="lies in another file"):
        read_signals(path)


@pytest.mark.parametrize("target", ["../home/secret.h5", "secret.h5", "./secret.h5"])
def test_nor_by_a_name_in_its_own_folder_or_from_there(tmp_path, secret, target):
    path = a_hspy(tmp_path / "sent" / "a.hspy", linked(target))
    secret.rename(path.parent / "secret.h5") if target == "secret.h5" else None
    with pytest.raises(UnreadableFile, match="does not belong to it"):
        read_signals(path)


def an_arina_scan(folder, target, frames=16):
    with h5py.File(folder / "scan_master.h5", "w") as file:
        file.create_group("entry/data")["data_000001"] = h5py.ExternalLink(target, "entry/d")
    path = folder / "scan_data_000001.h5"
    with h5py.File(path, "w") as file:
        file["entry/d"] = np.arange(frames * 4, dtype="u2").reshape(frames, 2, 2)
    return folder / "scan_master.h5", path


def test_a_master_file_leads_to_its_own_frames(tmp_path):
    master, _ = an_arina_scan(tmp_path, "scan_data_000001.h5")
    (signal,) = read_signals(master)
    assert signal.reader == "Arina"
    assert np.asarray(signal.data).ravel().tolist() == list(range(64))


@pytest.mark.parametrize("target", ["{folder}/scan_data_000001.h5", "../x/scan_data_000001.h5"])
def test_but_not_by_a_path(tmp_path, target):
    (tmp_path / "x").mkdir()
    master, _ = an_arina_scan(tmp_path / "x", target.format(folder=tmp_path / "x"))
    with pytest.raises(UnreadableFile, match="does not belong to it"):
        read_signals(master)


def test_frames_that_lead_on_to_another_file_are_refused_for_it(tmp_path, secret):
    master, frames = an_arina_scan(tmp_path, "scan_data_000001.h5")
    with h5py.File(frames, "r+") as file:
        del file["entry/d"]
        file["entry/d"] = h5py.ExternalLink(str(secret), "data")
    with pytest.raises(UnreadableFile, match=r"secret\.h5\) that does not belong to it"):
        read_signals(master)


def test_frames_that_promise_what_is_not_there_are_refused(tmp_path):
    master, frames = an_arina_scan(tmp_path, "scan_data_000001.h5")
    with h5py.File(frames, "w") as file:
        file.create_dataset("entry/d", (1 << 40, 2, 2), "u2", chunks=(1, 2, 2))
    with pytest.raises(UnreadableFile, match="it promises arrays of"):
        read_signals(master)


def test_frames_that_are_no_hdf5_are_named(tmp_path):
    master, frames = an_arina_scan(tmp_path, "scan_data_000001.h5")
    frames.write_bytes(b"cut off")
    with pytest.raises(UnreadableFile, match=r"scan_data_000001\.h5, which is no HDF5 file"):
        read_signals(master)
    frames.unlink()
    with pytest.raises(MissingCompanion):
        read_signals(master)


def test_a_file_is_told_apart_without_opening_what_it_leads_to(tmp_path, secret):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["entry"] = h5py.ExternalLink(str(secret), "/")
        assert has_link(file, "entry")
        assert not has_link(file, "entry/data")
    assert "Arina" not in [one.name for one in sniff(path).candidates[:1]]


def test_what_a_file_holds_is_counted_once_whatever_it_is_called(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["deep/data"] = np.zeros(10)
        file["deep/type"] = np.dtype("f8")
        file["again"] = file["deep/data"]
        file["deep/circle"] = file["deep"]
        file["soft"] = h5py.SoftLink("/deep")
        layout = h5py.VirtualLayout((5,), "f8")
        layout[:] = h5py.VirtualSource(file["deep/data"])[:5]
        file.create_virtual_dataset("part", layout)
    found = contents_of(path)
    assert (found.stored, found.virtual, found.ways) == (80, 40, [])


def test_raw_bytes_elsewhere_are_a_way_out_too(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("data", (4,), "u1", external=[("away.raw", 0, 4)])
    assert contents_of(path).ways == [Way("/data", "away.raw", raw=True)]


def test_what_is_no_hdf5_holds_nothing(tmp_path):
    (tmp_path / "a.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(99))
    assert is_hdf5(tmp_path / "a.h5")
    assert contents_of(tmp_path / "a.h5").stored == 0
    assert not is_hdf5(tmp_path)


def test_a_group_that_cannot_be_listed_leads_nobody_knows_where(corpus, tmp_path):
    """The root group's B-tree overwritten: h5py still opens the file."""
    content = bytearray((corpus / "hdf5_files" / "example2_v3.1.hspy").read_bytes())
    place = content.index(b"TREE")
    content[place : place + 4] = b"EERT"
    (tmp_path / "a.hspy").write_bytes(content)
    with pytest.raises(UnreadableFile, match="cannot be listed") as told:
        read_signals(tmp_path / "a.hspy")
    assert told.value.subject == "a.hspy"
