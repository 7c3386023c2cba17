"""A vendor's tags as HDF5: names that NeXus allows, values as they are."""

import datetime as dt
import json
import re

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.nxem.container import _write
from emfair.nxem.nodes import Field, Group, nexus_name, tag_tree

ALLOWED = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.]{0,61}[A-Za-z0-9_])?")
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.text())
def test_every_name_becomes_one_that_nexus_allows_and_good_ones_stay(name):
    assert ALLOWED.fullmatch(nexus_name(name))
    if ALLOWED.fullmatch(name):
        assert nexus_name(name) == name


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [("Stage X_um", "Stage_X_um"), ("BEAMKV   -kV", "BEAMKV_-kV".replace("-", "_")), ("µ", "_"),
     ("", "_"), (".", "_"), ("a.", "a"), ("_x", "_x"), ("Convergence semi-angle (mrad)",
     "Convergence_semi_angle_mrad"), ("x" * 80, "x" * 63)],
)  # fmt: skip
def test_a_name_is_changed_to_the_nearest(given_name, stored):
    assert re.sub("_+", "_", nexus_name(given_name)) == re.sub("_+", "_", stored)


def test_a_changed_name_stands_verbatim_beside():
    tree, count = tag_tree({"Stage X (µm)": 1, "plain": 2})
    assert count == 2
    assert tree.children["Stage_X_m"].attrs == {"vendor_name": "Stage X (µm)"}
    assert tree.children["plain"].attrs == {}


def test_names_that_become_the_same_are_counted():
    tree, _ = tag_tree({"a b": 1, "a-b": 2, "a_b": 3})
    assert {name: child.value for name, child in tree.children.items()} == {
        "a_b": 1, "a_b_2": 2, "a_b_3": 3
    }  # fmt: skip
    assert [child.attrs["vendor_name"] for child in tree.children.values() if child.attrs] == [
        "a b", "a-b", "a_b"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["x_offset", "x_set", "x_errors", "x_indices", "DECTRIS_x"])
def test_a_name_that_nexus_keeps_for_itself_is_changed(name):
    """``x_offset`` would be the offset of a field ``x``: an error to the validator."""
    tree, _ = tag_tree({name: 1})
    ((stored, child),) = tree.children.items()
    assert stored != name
    assert child.attrs["vendor_name"] == name


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (None, ""), (b"abc", "abc"), (b"\xff", "\\xff"), ("a\0b", "ab"), (True, np.True_),
        (2**63, 2**63), (2**64, str(2**64)), (-(2**70), str(-(2**70))), (1.5, 1.5),
        (np.float32(0.1), np.float32(0.1)), ([], "[]"), ([1, 2], [1, 2]), ([1, "a"], '[1, "a"]'),
        ([None, 1.5], "[null, 1.5]"), ([True, False], [True, False]), ([True, 2], "[true, 2]"),
        ([2**63 + 1, -1], f"[{2**63 + 1}, -1]"), ([2**53 + 1, 0.5], f"[{2**53 + 1}, 0.5]"),
        ([b"a", b"b"], '["a", "b"]'), (np.datetime64("2020-01-02"), "2020-01-02"),
        (np.array(["a", "b"]), '["a", "b"]'), (np.array([b"a"]), '["a"]'),
        (dt.date(2020, 1, 2), "2020-01-02"), (["2020", dt.date(2020, 1, 2)],
        '["2020", "2020-01-02"]'), ((1, (2, 3)), "[1, [2, 3]]"), (np.str_("x"), "x"),
        (np.array(["x"] * 3000), json.dumps(["x"] * 3000)),
    ],
)  # fmt: skip
def test_a_value_stays_or_becomes_its_text(value, stored):
    tree, _ = tag_tree({"tag": value})
    found = tree.children["tag"].value
    if isinstance(stored, list):
        assert found.tolist() == stored
    else:
        assert found == stored
        assert type(found) is type(stored) or isinstance(found, np.generic)


def test_not_a_number_stays_one():
    tree, _ = tag_tree({"tag": [1.0, float("nan")]})
    assert np.isnan(tree.children["tag"].value).tolist() == [False, True]


def test_lists_of_branches_become_numbered_branches():
    tree, count = tag_tree({"list": [{"a": 1}, {"b": [{"c": 2}]}, 3]})
    items = tree.children["list"].children
    assert list(items) == ["item_0", "item_1", "item_2"]
    assert items["item_1"].children["b"].children["item_0"].children["c"].value == 2
    assert count == 3


@given(st.dictionaries(st.text(max_size=8), TREES, max_size=5))
def test_whatever_a_vendor_writes_goes_into_hdf5(tags):
    tree, count = tag_tree(tags)
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        _write(file, "tags", tree)
        leaves = []
        file["tags"].visititems(lambda _, node: leaves.append(node) if _is_leaf(node) else None)
    assert len(leaves) == count


def _is_leaf(node) -> bool:
    return isinstance(node, h5py.Dataset)


def test_a_big_endian_tag_is_stored_little_endian():
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        tree, _ = tag_tree({"list": np.array([1, 2], ">i4"), "one": np.array([7], ">f8")[0]})
        _write(file, "tags", tree)
        assert file["tags/list"].dtype == np.dtype("<i4")
        assert file["tags/one"].dtype == np.dtype("<f8")
        assert file["tags/list"][()].tolist() == [1, 2]
        assert file["tags/one"][()] == 7


def test_blank_fields_are_left_out_of_a_group():
    group = Group("NXentry")
    group.put("nothing", None)
    group.put("blank", "  ")
    group.put("zero", 0, units="m")
    assert group.children == {"zero": Field(0, {"units": "m"})}


def test_a_group_is_made_once_and_is_no_field():
    group = Group("NXentry")
    assert group.group("a", "NXnote") is group.group("a", "NXnote")
    group.put("b", 1)
    with pytest.raises(TypeError, match="b is a field"):
        group.group("b", "NXnote")
