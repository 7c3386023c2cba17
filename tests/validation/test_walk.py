"""A file without end is walked through in the end."""

from __future__ import annotations

from time import process_time

import h5py
import pytest

from emfair.validation import walk
from emfair.validation.validate import validate_container
from emfair.validation.views import GroupView
from emfair.validation.visitor import MANY
from emfair.validation.walk import DEEPEST, TooMany, Walk, inside


class Steps:
    """Writes down what a visitor hears."""

    def __init__(self):
        self.said = []

    def __getattr__(self, hook):
        def hear(path, *more):
            if hook != "on_attribute":
                self.said.append((hook.removeprefix("on_"), path))

        return hear


def said(path, entry="/entry"):
    steps = Steps()
    with h5py.File(path) as file:
        Walk(GroupView(file["/"].id), entry, steps).go()
    return [step for step in steps.said if step[0] != "complete"]


def rules(path):
    return [(f.rule, f.path) for f in validate_container(path) if f.severity == "error"]


def test_a_group_that_holds_itself_is_one_finding(container):
    def spoil(entry, trees):
        entry["sample1/again"] = entry
        tags = trees.group(entry, "tags", "NXcollection")
        tags["tags"] = tags

    assert rules(container(spoil)) == [
        ("contains-itself", "/entry/sample1/again"),
        ("contains-itself", "/entry/tags/tags"),
    ]


def test_a_group_that_holds_the_file_is_one_finding(container):
    path = container(lambda entry, _: entry["sample1"].__setitem__("all", entry.file["/"]))
    assert rules(path) == [("contains-itself", "/entry/sample1/all")]


def test_what_else_is_wrong_is_told_beside_a_circle(container):
    def spoil(entry, trees):
        entry["sample1/again"] = entry
        del entry["start_time"]

    missing = ("missing-required-field", "/entry/start_time")
    assert missing in [(f.rule, f.path) for f in validate_container(container(spoil))]


def test_of_very_many_circles_some_are_told(container):
    def spoil(entry, trees):
        for number in range(300):
            entry[f"sample1/again{number}"] = entry

    assert len(rules(container(spoil))) == MANY


def test_two_names_of_one_group_are_no_circle(container):
    path = container(lambda entry, _: entry.__setitem__("sample2", entry["sample1"]))
    assert rules(path) == []


def test_a_soft_link_upwards_is_no_circle(container):
    def spoil(entry, trees):
        entry["sample1/up"] = h5py.SoftLink("/entry")
        entry.attrs["target"] = "/entry"

    assert rules(container(spoil)) == []


def test_a_circle_that_a_soft_link_opens_is_none_either(container):
    def spoil(entry, trees):
        other = trees.group(entry.file, "other", "NXnote")
        other["entry"], other.attrs["target"] = entry, "/other"
        entry["soft"] = h5py.SoftLink("/other")

    assert rules(container(spoil)) == []


def test_groups_too_deep_are_one_finding(container):
    def spoil(entry, trees):
        deep = entry
        for _ in range(1500):
            deep = trees.group(deep, "a", "NXcollection")

    ((rule, path),) = rules(container(spoil))
    assert rule == "too-deep"
    assert path.count("/a") == DEEPEST


def test_links_that_make_paths_without_end_are_one_finding(container, monkeypatch):
    def spoil(entry, trees):
        for nx_class in ("NXcollection", "NXobject"):
            above = entry
            for _ in range(40):
                above[f"b_{nx_class}"] = below = trees.group(above, nx_class, nx_class)
                above = below

    monkeypatch.setattr(walk, "MOST", 500)
    assert ("too-many-objects", "") in rules(container(spoil))


def test_four_times_the_groups_take_about_four_times_as_long(container):
    def seconds(number):
        def spoil(entry, trees):
            trees.image(entry)
            for one in range(number):
                trees.group(entry, f"measurement/event1/image1/image_{one}", "NXdata")

        path = container(spoil)
        begun = process_time()
        validate_container(path)
        return process_time() - begun

    seconds(10)
    few, many = (min(seconds(number) for _ in range(3)) for number in (500, 2000))
    assert many < 10 * few  # 16 where each is compared with all


def test_the_walk_goes_through_one_entry_in_order(container):
    def spoil(entry, trees):
        entry.file["entry2/x"] = 1
        entry["sample1/gone"] = h5py.SoftLink("/nowhere")
        entry["sample1/far"] = h5py.ExternalLink("nowhere.h5", "/")

    assert said(container(spoil)) == [
        ("group", ""),
        ("group", "entry"),
        ("field", "entry/definition"),
        ("group", "entry/sample1"),
        ("field", "entry/sample1/atom_types"),
        ("external_link", "entry/sample1/far"),
        ("broken_link", "entry/sample1/far"),
        ("broken_link", "entry/sample1/gone"),
        ("field", "entry/sample1/is_simulation"),
        ("field", "entry/sample1/preparation_date"),
        ("field", "entry/start_time"),
    ]


def test_the_walk_reads_every_attribute(container):
    def spoil(entry, trees):
        trees.group(entry, "tags", "NXcollection")["x"] = 1
        entry["tags/x"].attrs["of"] = "a vendor"

    heard = []
    steps = Steps()
    steps.on_attribute = lambda *told: heard.append(told[:3])
    with h5py.File(container(spoil)) as file:
        Walk(GroupView(file["/"].id), "/entry", steps).go()
    assert ("entry/tags/x", "of", "a vendor") in heard
    assert ("entry/sample1", "NX_class", "NXsample") in heard


def test_what_another_file_holds_is_never_opened(container, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with h5py.File("other.h5", "w") as other:
        other["group/field"] = 1.0

    def spoil(entry, _):
        for name in list(entry):
            del entry[name]
        entry["out"] = h5py.ExternalLink("other.h5", "/group")

    assert said(container(spoil)) == [
        ("group", ""),
        ("group", "entry"),
        ("external_link", "entry/out"),
        ("broken_link", "entry/out"),
    ]


def test_our_own_way_leaves_collections_and_links_out(container):
    def spoil(entry, trees):
        trees.group(entry, "tags", "NXcollection")["x"] = 1
        entry["soft"] = h5py.SoftLink("/entry/sample1")
        entry["sample1/up"] = entry
        entry["sample2"] = entry["sample1"]

    with h5py.File(container(spoil)) as file:
        found = [child.name for _, child in inside(GroupView(file["/"].id)["entry"])]
    sample = ["atom_types", "is_simulation", "preparation_date"]
    assert found == [
        "/entry/definition",
        "/entry/sample1",
        *(f"/entry/sample1/{name}" for name in sample),
        "/entry/sample2",
        *(f"/entry/sample2/{name}" for name in sample),
        "/entry/start_time",
    ]


def test_our_own_way_has_an_end(container, monkeypatch):
    monkeypatch.setattr(walk, "MOST", 3)
    with h5py.File(container()) as file, pytest.raises(TooMany):
        list(inside(GroupView(file["/"].id)["entry"]))
