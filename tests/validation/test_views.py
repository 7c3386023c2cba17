"""Views are h5py's objects, opened once, and their text is text."""

from __future__ import annotations

from threading import Thread

import h5py
import numpy as np
import pytest
from h5py import h5a

from emfair.validation import views
from emfair.validation.views import FieldView, GroupView, TypeView


@pytest.fixture
def root(tmp_path):
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file.attrs["fixed"], file.attrs["many"] = np.bytes_("NXroot"), [b"a", b"b"]
        file["a/b/field"] = 1.0
        file["a/type"] = np.dtype("float64")
        file["a/soft"] = h5py.SoftLink("/a/b")
        file["a/gone"] = h5py.SoftLink("/nowhere")
        yield GroupView(file["/"].id)


def test_each_object_is_opened_once(root):
    assert root["a"]["b"] is root["a/b"]
    assert root["a/b"] is root["a"]["b"]
    assert root["a"].attrs is root["a"].attrs


def test_views_are_what_h5py_has(root):
    assert list(root["a"]) == ["b", "gone", "soft", "type"]
    kinds = [type(root["a"].get(name)) for name in root["a"]]
    assert kinds == [GroupView, type(None), GroupView, TypeView]
    assert isinstance(root["a/b/field"], FieldView)
    assert root["a/b/field"][()] == 1.0
    assert root["a/b"].name == "/a/b"
    assert root["/a/b/"] == root["a/b"]


def test_an_attribute_that_is_not_there_is_never_asked_for(root, monkeypatch):
    asked = []
    whole = h5a.open
    monkeypatch.setattr(h5a, "open", lambda *a, **k: asked.append(a[1]) or whole(*a, **k))
    assert root.attrs.get("NX_class") is None
    assert root.attrs.get("fixed") == "NXroot"
    assert asked == [b"fixed"]
    with pytest.raises(KeyError):
        root.attrs["NX_class"]


@pytest.mark.parametrize("name", ["x", "a/x", "a/b/field/x", "a/gone", "/x"])
def test_what_is_not_there_is_a_key_error(root, name):
    with pytest.raises(KeyError):
        root[name]
    assert root.get(name) is None
    assert root.get(name, 3) == 3


def test_links_are_told_apart(root):
    links = {name: root["a"].get(name, getlink=True) for name in (*root["a"], "x")}
    assert links["x"] is None
    assert isinstance(links["b"], h5py.HardLink)
    assert links["gone"].path == "/nowhere"
    assert root["a/soft"].linked
    assert not root["a/b"].linked


def test_a_name_that_is_no_text_is_refused_as_by_h5py(root):
    with pytest.raises(UnicodeDecodeError):
        root.get(b"a\xc7", getlink=True)


def test_attributes_of_fixed_length_are_text_here_and_bytes_elsewhere(root):
    assert root.attrs["fixed"] == "NXroot"
    assert list(root.attrs) == ["fixed", "many"]
    assert "x" not in root.attrs
    assert root.attrs.get("x", 3) == 3
    read = []
    other = Thread(target=lambda: read.append(h5py.Group(root.id).attrs["fixed"]))
    other.start()
    other.join()
    assert read == [b"NXroot"]


def test_what_was_opened_first_is_closed_first(tmp_path, monkeypatch):
    monkeypatch.setattr(views, "KEPT", 3)
    with h5py.File(tmp_path / "many.h5", "w") as file:
        for number in range(5):
            file.create_group(f"g{number}")
        root = GroupView(file["/"].id)
        first, last = root["g0"], None
        for name in root:
            last = root[name]
        assert root["g4"] is last
        assert root["g0"] is not first
        assert root["g0"] == first
