"""The same raw files give the same containers, or it is told which do not, and why."""

from __future__ import annotations

import h5py
import pytest

from emfair.errors import BadData, NotFound
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import pretty_json, sha256_file
from emfair.service.annotations import annotate
from emfair.service.rebuild import rebuild
from tests.service.lab import COMPLETE, damage, keys, someone


@pytest.fixture
def place(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    lab.process(place.experiment)
    return place


def container(lab, place, number=0):
    return layout.container(place, lab.conversion(place).measurements[number].measurement)


def test_what_was_converted_is_byte_for_byte_the_same_again(lab, place):
    before = keys(lab, place, "nexus") | keys(lab, place, "provenance")
    done = rebuild(lab.services, place.experiment)
    assert (done.same, done.differences, done.software) == (2, (), {})
    assert done.is_same
    assert keys(lab, place, "nexus") | keys(lab, place, "provenance") == before
    assert list(lab.services.scratch.iterdir()) == []


def test_annotations_that_changed_since_are_the_next_runs(lab, place):
    annotate(
        someone(lab.services),
        place.experiment,
        Annotations.model_validate(COMPLETE | {"title": "Another"}),
        expected_version=1,
        reason="",
    )
    assert rebuild(lab.services, place.experiment).is_same


def test_a_container_that_rotted_or_is_gone_is_named(lab, place):
    damage(lab, container(lab, place, 0))
    lab.services.lake.delete(container(lab, place, 1))
    done = rebuild(lab.services, place.experiment)
    assert done.same == 0
    assert [(one.file, one.what) for one in done.differences] == [
        ("test-1.dm3", "its container in the lake is not the one that was written"),
        ("test-2.dm3", "its container is not in the lake"),
    ]


def test_a_container_of_another_version_is_told_with_both(lab, place):
    """As if an earlier h5py had written it, with other words about the same pixels."""
    conversion = lab.conversion(place)
    key = container(lab, place)
    path = lab.services.scratch / "older.nxs"
    path.write_bytes(lab.services.lake.read_bytes(key))
    with h5py.File(path, "r+") as file:
        file["entry"].attrs["written_by"] = "an older emfair"
    sha256 = sha256_file(path)
    lab.services.lake.put_file(key, path, sha256=sha256, replace=True)
    first = conversion.measurements[0].model_copy(update={"container_sha256": sha256})
    others = conversion.measurements[1:]
    changed = conversion.model_copy(update={"measurements": (first, *others)})
    lab.services.lake.put_bytes(layout.conversion(place), pretty_json(changed), replace=True)
    (record,) = [name for name in keys(lab, place, "provenance") if "nxem_container" in name]
    prefix = f"{layout.experiment_prefix(place)}/provenance/{record}"
    told = lab.services.lake.read_bytes(prefix).decode()
    lab.services.lake.put_bytes(
        prefix, told.replace(f'"h5py": "{h5py.__version__}"', '"h5py": "3.0.0"').encode(),
        replace=True,
    )  # fmt: skip
    done = rebuild(lab.services, place.experiment)
    assert [one.what for one in done.differences] == [
        "its pixels are the same, but what is told of them is not"
    ]
    assert done.software == {"h5py": ("3.0.0", h5py.__version__)}


def test_a_measurement_that_is_made_only_then_or_only_now_is_told(lab, place):
    conversion = lab.conversion(place)
    first, second = conversion.measurements
    gone = second.model_copy(update={"measurement": "of-another-time"})
    changed = conversion.model_copy(update={"measurements": (first, gone)})
    lab.services.lake.put_bytes(layout.conversion(place), pretty_json(changed), replace=True)
    done = rebuild(lab.services, place.experiment)
    assert {one.measurement: one.what for one in done.differences} == {
        "of-another-time": "was made then, and is not now",
        second.measurement: "is made only now",
    }


def test_what_was_never_converted_cannot_be_rebuilt(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    with pytest.raises(NotFound, match="nxem_container"):
        rebuild(lab.services, place.experiment)


def test_a_damaged_record_of_another_step_or_time_stops_nobody(lab, place):
    lab.process(place.experiment, run="again")
    prefix = f"{layout.experiment_prefix(place)}/provenance/"
    names = sorted(keys(lab, place, "provenance"))
    last = [name for name in names if "nxem_container" in name][-1]
    for name in names:
        if name != last:
            lab.services.lake.put_bytes(prefix + name, b"{", replace=True)
    assert rebuild(lab.services, place.experiment).is_same
    lab.services.lake.put_bytes(prefix + last, b"{", replace=True)
    with pytest.raises(BadData, match="Process the experiment again"):
        rebuild(lab.services, place.experiment)
    lab.process(place.experiment, run="after")
    assert rebuild(lab.services, place.experiment).is_same
