"""A container that leads outside, or has no end, is refused before anything in it is read."""

from __future__ import annotations

import os
import subprocess
import sys
from time import process_time

import h5py
import numpy as np
import pytest
from h5py import h5d, h5p, h5s, h5t

from emfair.model.findings import Severity
from emfair.validation.reach import TOLD, hindrances
from emfair.validation.validate import validate_container
from emfair.validation.walk import MOST

WORD = "swordfish\n"


@pytest.fixture
def secret(tmp_path):
    """Return a file of this machine that is none of a container's business."""
    path = tmp_path / "home" / "secret.txt"
    path.parent.mkdir()
    path.write_text(WORD)
    return path


@pytest.fixture
def pipe(tmp_path):
    """Return a pipe that nobody writes to: whoever opens it waits for ever."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def stored_outside(group, name, path):
    group.create_dataset(name, (len(WORD),), "S1", external=[(str(path), 0, len(WORD))])


def linked_outside(group, name, path):
    group[name] = h5py.ExternalLink(str(path), "/")


def made_of_others(group, name, path):
    layout = h5py.VirtualLayout((4,), "u1")
    layout[:] = h5py.VirtualSource(str(path), "x", (4,))
    group.create_virtual_dataset(name, layout)


def made_of_others_without_end(group, name, path):
    """Write an array whose very size is that of another file's."""
    space = h5s.create_simple((1, 4), (h5s.UNLIMITED, 4))
    space.select_hyperslab((0, 0), (h5s.UNLIMITED, 1), block=(1, 4))
    made = h5p.create(h5p.DATASET_CREATE)
    made.set_virtual(space, os.fsencode(path), b"x", space)
    whole = h5s.create_simple((1, 4), (h5s.UNLIMITED, 4))
    h5d.create(group.id, name.encode(), h5t.NATIVE_INT8, whole, made)


WAYS = [stored_outside, linked_outside, made_of_others, made_of_others_without_end]


def errors(path):
    return [one for one in validate_container(path) if one.severity is Severity.ERROR]


@pytest.mark.parametrize("put", WAYS)
@pytest.mark.parametrize("place", ["definition", "tags/deep/a", "sample1/x"])
def test_a_container_that_leads_outside_is_refused_unread(container, secret, put, place):
    def spoil(entry, trees):
        group, _, name = place.rpartition("/")
        if name in (above := entry.require_group(group) if group else entry):
            del above[name]
        put(above, name, secret)

    (told,) = validate_container(container(spoil))
    assert (told.rule, told.path) == ("leads-outside", f"/entry/{place}")
    assert "(secret.txt)" in told.message
    assert str(secret.parent) not in str(told)
    assert "swordfish" not in str(told)


@pytest.mark.parametrize("put", WAYS)
def test_a_way_to_a_pipe_is_not_gone(container, pipe, put):
    path = container(lambda entry, _: put(entry, "x", pipe))
    program = (
        "import sys; from pathlib import Path\n"
        "from emfair.validation.validate import validate_container\n"
        "print([one.rule for one in validate_container(Path(sys.argv[1]))])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, path],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert said.stdout == "['leads-outside']\n"


def test_a_link_beside_the_entry_or_at_the_root_is_told_too(tmp_path, secret):
    with h5py.File(tmp_path / "m.nxs", "w") as file:
        linked_outside(file, "entry", secret)
    (told,) = validate_container(tmp_path / "m.nxs")
    assert (told.rule, told.path) == ("leads-outside", "/entry")


def test_a_file_of_another_systems_folders_is_told_by_its_last_name(container):
    path = container(
        lambda entry, _: entry.__setitem__("x", h5py.ExternalLink("C:\\Users\\ada\\a.h5", "/"))
    )
    (told,) = validate_container(path)
    assert "(a.h5)" in told.message
    assert "ada" not in str(told)


def test_a_name_that_is_no_text_leads_outside_all_the_same(container, secret):
    def spoil(entry, _):
        entry.id.links.create_external(b"x\xff", os.fsencode(secret) + b"\xff", b"/")

    (told,) = validate_container(container(spoil))
    assert (told.rule, told.path) == ("leads-outside", "/entry/x\\xff")
    assert "(secret.txt\\xff)" in told.message


def test_of_many_ways_outside_some_are_told(container, secret):
    def spoil(entry, _):
        for number in range(50):
            linked_outside(entry, f"x{number}", secret)

    assert len(errors(container(spoil))) == TOLD


def test_an_array_made_of_others_in_the_same_file_leads_nowhere(container):
    def spoil(entry, trees):
        tags = trees.group(entry, "tags", "NXcollection")
        tags["plain"] = np.arange(4, dtype="u1")
        made_of_others(tags, "virtual", ".")
        tags["soft"] = h5py.SoftLink("/entry/tags/plain")
        tags["type"] = np.dtype("f8")

    with h5py.File(container(spoil)) as file:
        assert hindrances(file) == []


def test_what_converted_files_hold_is_no_hindrance(real):
    for path in real:
        with h5py.File(path) as file:
            assert hindrances(file) == []


def wide(entry, trees):
    for number in range(MOST + 1):
        entry.create_group(f"tags/{number}")


def fanned_out(entry, trees):
    """Write forty groups, each with two names: a million million ways through them."""
    above = entry
    for _ in range(40):
        above["b"] = below = trees.group(above, "a", "NXobject")
        above = below


@pytest.mark.parametrize("spoil", [wide, fanned_out])
def test_more_places_than_anyone_can_wait_for_are_refused_at_once(container, spoil):
    path = container(spoil)
    begun = process_time()
    (told,) = validate_container(path)
    assert process_time() - begun < 5
    assert told.rule == "too-many-objects"
    assert "20,000" in told.message


def test_as_many_places_as_are_allowed_are_no_hindrance(container):
    def spoil(entry, trees):
        for number in range(MOST - 10):
            entry.create_group(f"tags/{number}")

    with h5py.File(container(spoil)) as file:
        assert hindrances(file) == []


def test_circles_are_counted_once(container):
    def spoil(entry, trees):
        for number in range(200):
            trees.group(entry, f"sample1/g{number}", "NXcollection")["up"] = entry

    with h5py.File(container(spoil)) as file:
        assert hindrances(file) == []
