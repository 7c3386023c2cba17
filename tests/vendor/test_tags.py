"""How a tag is found in a vendor's tree."""

import numpy as np
import pytest

from emfair.vendor.tags import find, fits, tag_at


def test_a_tags_own_name_may_hold_slashes_and_dots():
    tree = {"a": {"b/c": {"d": 1}}, "x.y": 2}
    assert tag_at(tree, "a/b/c/d") == 1
    assert tag_at(tree, "x/y") == 2
    assert tag_at(tree, "a/none") is None
    assert tag_at(tree, "") is tree


@pytest.mark.parametrize("items", [[4, {"b": 5}], (4, {"b": 5}), np.array([4, {"b": 5}])])
def test_a_number_is_a_place_in_a_list(items):
    tree = {"a": items}
    assert tag_at(tree, "a/0") == 4
    assert tag_at(tree, "a/1/b") == 5
    assert tag_at(tree, "a/2") is None
    assert tag_at(tree, "a/first") is None


def test_a_single_number_has_no_places():
    assert tag_at({"a": np.array(3.0)}, "a/0") is None


def test_a_path_goes_on_with_another_tags_value():
    tree = {"which": " 1 ", "D-0": {"t": 10}, "D-1": {"t": 20}}
    assert find(tree, "D-{which}/t") == ("D-1/t", 20)


@pytest.mark.parametrize("which", [None, "7"])
def test_a_path_with_a_name_that_is_not_there_leads_nowhere(which):
    tree = {"D-0": {"t": 10}} | ({"which": which} if which else {})
    assert find(tree, "D-{which}/t") == ("", None)


@pytest.mark.parametrize("name", ["BEAMKV   -kV", "BEAMKV -kV", "BEAMKV"])
def test_a_pattern_finds_the_name_however_it_is_spaced(name):
    assert find({"PROBECUR": 1, name: 120}, "BEAMKV*") == (name, 120)


def test_a_pattern_that_nothing_fits_leads_nowhere():
    assert find({"a": {"b": 1}}, "a/c*") == ("", None)
    assert find({"a": 1}, "a/b*") == ("", None)
    assert find({"a": 1}, "b*/c") == ("", None)


@pytest.mark.parametrize(
    ("text", "pattern", "does"),
    [("IBeam", "I*", True), ("EBeam", "I*", False), ("a.c", "a.c", True), ("abc", "a.c", False),
     ("x\ny", "x*", True), ("[1]", "[1]", True)],
)  # fmt: skip
def test_only_the_star_is_special(text, pattern, does):
    assert fits(text, pattern) is does
