"""Groups of HDF5 files that lead back to one another are refused; second names are fine."""

import shutil
import time

import h5py
import numpy as np
import pytest

from emfair.errors import UnreadableFile
from emfair.vendor.companions import reach_of_hdf5
from emfair.vendor.hdf5_files import DEEPEST, contents_of, is_hdf5
from emfair.vendor.hdf5_paths import FEW, HOPS
from emfair.vendor.read import read_signals


@pytest.fixture
def tagged(corpus, tmp_path):
    """Return a function that changes the vendor's tags of a real file."""

    def change(put):
        path = shutil.copy(corpus / "hdf5_files" / "example2_v3.1.hspy", tmp_path / "a.hspy")
        with h5py.File(path, "r+") as file:
            (experiment,) = file["Experiments"].values()
            put(experiment["original_metadata"])
        return path

    return change


def in_itself(group):
    group["me"] = group


def in_what_is_above(group):
    group["up"], group["top"] = group.parent, group.file["/"]


def in_itself_by_a_path(group):
    group["me"] = h5py.SoftLink(group.parent.name)


def in_itself_by_the_files_name(group):
    group["me"] = h5py.ExternalLink("a.hspy", group.name)


def by_a_link_on_the_way(group):
    group["top"] = h5py.SoftLink("/")
    group.file["deep/me"] = h5py.SoftLink(f"{group.name}/top/./deep")


@pytest.mark.parametrize(
    "put",
    [
        in_itself,
        in_what_is_above,
        in_itself_by_a_path,
        in_itself_by_the_files_name,
        by_a_link_on_the_way,
    ],
)
def test_a_group_in_a_circle_is_refused_at_once(tagged, put):
    assert "leads back to itself" in refusal(tagged(put))


def refusal(path):
    begun = time.monotonic()
    with pytest.raises(UnreadableFile) as told:
        read_signals(path)
    assert time.monotonic() - begun < 5
    assert told.value.subject == path.name
    return told.value.message


def two_names(group, target):
    group["a"] = group["b"] = target


def two_links(group, target):
    group["a"] = target
    group["b"] = h5py.SoftLink("a")


def two_ways_out(group, target):
    group["a"] = target
    group["b"] = h5py.ExternalLink("a.hspy", target.name)


@pytest.mark.parametrize("link", [two_names, two_links, two_ways_out])
def test_two_names_on_each_of_forty_levels_are_refused_at_once(tagged, link):
    def put(group):
        for level in range(40):
            below = group.file.create_group(f"level{level}")
            link(group, below)
            group = below

    assert "more paths than are read" in refusal(tagged(put))


def test_frames_that_lead_back_to_their_master_are_refused(tmp_path):
    master, frames = tmp_path / "a_master.h5", tmp_path / "a_data_000001.h5"
    with h5py.File(master, "w") as file:
        file.create_group("entry/data")["data_000001"] = h5py.ExternalLink(frames.name, "entry")
    with h5py.File(frames, "w") as file:
        file["entry/d"] = np.zeros((4, 2, 2), "u2")
        file["entry/back"] = h5py.ExternalLink(master.name, "/entry")
    assert "leads back to itself" in refusal(master)


def test_links_that_lead_to_links_are_followed_as_far_as_hdf5_does(tagged):
    def chain(length):
        def put(group):
            group.create_group("l0")
            for one in range(length):
                group[f"l{one + 1}"] = h5py.SoftLink(f"l{one}")

        return put

    def round_about(group):
        group["a"], group["b"] = h5py.SoftLink("b"), h5py.SoftLink("a")

    assert read_signals(tagged(chain(HOPS)))
    assert "without an end" in refusal(tagged(round_about))


def test_links_to_nothing_and_second_names_of_arrays_and_groups_are_read(tagged):
    def put(group):
        group["tag/value"] = 7
        group["again"] = group["tag"]
        group["tag/same"] = group["tag/value"]
        group["soft"] = h5py.SoftLink(f"{group.name}/again/./value")
        group["gone"] = h5py.SoftLink("/not/there")
        group["beyond"] = h5py.SoftLink("tag/value/more")

    (signal,) = read_signals(tagged(put))
    assert signal.tags["again"]["same"] == signal.tags["soft"] == 7


def test_many_names_are_fine_as_long_as_they_can_be_followed(tagged):
    def names(count):
        def put(group):
            group["tag/value"] = 7
            for one in range(count):
                group.file[f"names/{one}"] = group["tag"]

        return put

    assert read_signals(tagged(names(FEW // 40)))
    with pytest.raises(UnreadableFile, match="more paths"):
        read_signals(tagged(lambda group: (names(200)(group), two_hundred_more(group))))


def two_hundred_more(group):
    for one in range(200):
        group.file[f"others/{one}"] = group.file["names"]


def test_groups_within_groups_have_an_end(tagged):
    def put(group):
        for _ in range(DEEPEST + 1):
            group = group.create_group("d")

    assert f"more than {DEEPEST:,} deep" in refusal(tagged(put))


def test_a_file_of_too_many_groups_is_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for one in range(20):
            file[f"{one}/value"] = one
    assert len(contents_of(tmp_path / "a.h5", most=40).groups) == 21
    with pytest.raises(UnreadableFile, match="more than 39 groups and arrays"):
        contents_of(tmp_path / "a.h5", most=39)


def test_no_real_file_is_refused(corpus, velox):
    found = [one for folder in (corpus, velox) for one in folder.rglob("*") if is_hdf5(one)]
    assert {"emd", "hdf5", "hspy", "nxs"} <= {one.suffix[1:] for one in found}
    assert [len(reach_of_hdf5(one)) for one in found] == [1] * len(found)
