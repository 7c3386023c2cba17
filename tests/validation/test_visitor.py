"""What pynxtools' validator finds with a memory is what it finds without."""

from __future__ import annotations

from contextlib import contextmanager

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynxtools.dataconverter import validation
from pynxtools.dataconverter.helpers import collector

from emfair.validation.trees import kept_trees
from emfair.validation.views import GroupView
from emfair.validation.visitor import Missing, Visitor
from emfair.validation.walk import Walk


@contextmanager
def heard():
    """Yield a list of all that is told to pynxtools' collector, as it is told."""
    told = []
    collector.collect_and_log = lambda path, problem, *more: told.append(
        (path, problem.name, str(more))
    )
    try:
        yield told
    except Exception as error:  # noqa: BLE001  a crash is told as well
        told.append(("", "crash", repr(error)))
    finally:
        del collector.collect_and_log


def of_pynxtools(path):
    with h5py.File(path) as file, heard() as told:
        validation.validate_hdf_group_against("NXem", file["entry"], str(path))
    return told


def of_ours(path):
    with h5py.File(path) as file, kept_trees(), heard() as told:
        Walk(GroupView(file["/"].id), "/entry", Visitor("NXem", "/entry")).go()
    return told


def groups(entry, nx_class):
    found = []
    entry.visititems(lambda _, item: found.append(item) or None)
    return [item for item in found if item.attrs.get("NX_class") == nx_class]


def links(entry):
    entry["sample1/gone"] = h5py.SoftLink("/entry/nowhere")
    entry["sample1/far"] = h5py.ExternalLink("nowhere.h5", "/")
    entry["sample1/frame"] = h5py.SoftLink("/entry/measurement")
    entry["sample1/root"] = h5py.SoftLink("/")
    entry["sample2"] = h5py.SoftLink("/entry/sample1")
    entry["sample3"] = entry["sample1"]
    entry["sample1"].attrs["target"] = "/entry/sample9"


def names(entry):
    for group in ("", "measurement/", "sample1/"):
        entry[f"{group}x_errors"] = 1.0
        entry[f"{group}DECTRIS_x"] = 1.0
        entry[f"{group}DATA[q_errors]"] = 1.0
        entry.require_group(f"{group}BLUESKY_y").attrs["NX_class"] = "NXnote"
    entry["x"] = 2.0


def classes(entry):
    entry.create_group("attic/box")["thing"] = 1
    strange = (3, [1, 2], h5py.Empty("f"), "NXnonsense", "")
    for number, nx_class in enumerate(strange):
        entry.create_group(f"sample1/odd{number}").attrs["NX_class"] = nx_class
    for name in ("title", "checksum"):
        entry.require_group(f"note7/{name}").attrs["NX_class"] = "NXcollection"
    entry["measurement/type"] = np.dtype("float64")
    del entry["measurement"].attrs["NX_class"]


def values(entry):
    wrong = {
        "sample1/is_simulation": 3,
        "sample1/physical_form": "lamella",
        "sample1/thickness": 80.0,
        "sample1/density": "heavy",
        "start_time": "yesterday",
    }
    for name, value in wrong.items():
        entry.pop(name, None)
        entry[name] = value
    entry["sample1/density"].attrs["units"] = "V"


def data(entry):
    for number, group in enumerate(groups(entry, "NXdata")):
        spoil = [
            lambda group: group.attrs.update({"signal": "nowhere"}),
            lambda group: group.attrs.update({"axes": ["axis_q"], "axis_q_indices": np.uint8(7)}),
            lambda group: [group.pop(name) for name in list(group)[:1]],
            lambda group: [group.attrs.pop(name) for name in list(group.attrs)],
        ]
        spoil[number % 4](group)


def what_is_required(entry):
    for name in ("start_time", "sample1", "measurement/instrument"):
        entry.pop(name, None)
    for event in groups(entry, "NXem_event_data"):
        for number in range(3):
            event.require_group(f"image{number}").attrs["NX_class"] = "NXimage"


def a_scalar_axis(entry):
    for group in groups(entry, "NXdata"):
        for axis in group.attrs["axes"]:
            del group[axis]
            group[axis] = 1.0


FAULTS = (links, names, classes, values, data, what_is_required, a_scalar_axis)


def test_sound_containers_are_found_the_same(real):
    for path in real:
        assert of_ours(path) == of_pynxtools(path)


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_containers_are_found_the_same(real, tmp_path, fault):
    told = []
    for whole in real[::3]:
        path = tmp_path / whole.name
        path.write_bytes(whole.read_bytes())
        with h5py.File(path, "r+") as file:
            entry = file["entry"]
            entry.require_group("sample1").attrs["NX_class"] = "NXsample"
            fault(entry)
        told += (found := of_ours(path))
        assert found == of_pynxtools(path)
    assert told


@settings(deadline=None)  # the first one builds the tree
@given(
    st.sets(st.sampled_from(["a", "a/b", "a/b/c", "d", "ab"])),
    st.sets(st.sampled_from(["a/x", "a/b/@y", "a/b/c/x", "a/b/c/x/@units", "ab/x", "x", "d/@z"])),
)
def test_a_missing_group_stands_for_all_in_it(groups, entities):
    said = []
    for kind in (validation.ValidationVisitor, Visitor):
        with kept_trees(), heard() as told:
            visitor = kind("NXem", "/entry")
            visitor._required_groups, visitor._required_entities = set(groups), set(entities)
            visitor._report_missing()
        said.append(told)
    assert said[0] == said[1]


def test_what_is_missing_is_found_by_its_place():
    missing = Missing()
    missing.update(["a/b", "a/c/@units", "d", "a/counts/@units"])
    assert missing.beside("a/x") == {"a/b", "a/c/@units", "a/counts/@units"}
    assert missing.beside("x") == {"d"}
    missing.remove("a/b")
    assert missing.beside("a/b") == {"a/c/@units", "a/counts/@units"}
