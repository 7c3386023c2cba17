"""What pynxtools lets pass: each case of the field is told, and nothing sound is."""

from __future__ import annotations

import math

import h5py
import numpy as np
import pytest
from pynxtools.dataconverter.helpers import collector
from pynxtools.dataconverter.validation import validate_hdf_group_against

from emfair.model.findings import Severity
from emfair.validation.own_checks import MOST_VALUES, own_breaches
from emfair.validation.validate import validate_container
from emfair.validation.views import GroupView


def only_a_frame(entry, trees):
    del entry["sample1"]
    frame = trees.group(entry, "sample_reference_frame", "NXcoordinate_system")
    frame["type"] = "cartesian"
    for axis in "xyz":
        frame[axis] = np.eye(3)["xyz".index(axis)]
        frame[axis].attrs["units"] = "m"


def unknown_element(entry, trees):
    trees.replace(entry, "sample1/atom_types", "Qq")


def no_vendor(entry, trees):
    trees.replace(trees.instrument(entry), "fabrication/vendor", "")


def in_pixels(entry, trees):
    trees.image(entry)["axis_i"].attrs["units"] = "px"


def in_counts(entry, trees):
    entry["sample1/density"] = 2.65
    entry["sample1/density"].attrs["units"] = "counts"


def misnamed(entry, trees):
    trees.image(entry, name="picture")


def reversed_square(entry, trees):
    data = trees.image(entry)
    data.attrs["axis_j_indices"], data.attrs["axis_i_indices"] = np.uint8(1), np.uint8(0)


PASSED = {
    "missing-required-field": only_a_frame,
    "unknown-element": unknown_element,
    "empty-value": no_vendor,
    "not-a-unit in pixels": in_pixels,
    "not-a-unit in counts": in_counts,
    "misnamed-data": misnamed,
    "axis-order": reversed_square,
}


@pytest.mark.parametrize("case", PASSED)
def test_what_pynxtools_takes_for_sound_is_told_all_the_same(container, case):
    path = container(PASSED[case])
    told = {one.rule for one in validate_container(path) if one.severity.rank <= 1}
    assert told == {case.split(" ")[0]}
    with h5py.File(path, "r") as file:
        collector.clear()
        collector.logging = False
        try:
            assert validate_hdf_group_against("NXem", file["entry"], str(path))
            assert not collector.data["warning_and_error"]
        finally:
            collector.logging = True
            collector.clear()


def test_a_sound_container_breaks_no_rule_of_ours(container, real):
    spoil = lambda entry, trees: trees.image(entry)  # noqa: E731
    for path in (container(spoil), *real):
        with h5py.File(path, "r") as file:
            rules = {breach.rule for breach in own_breaches(GroupView(file["entry"].id))}
        assert rules <= {"missing-recommended"}


def column(value, unit=None):
    """Return what puts a voltage into a container."""

    def spoil(entry, trees):
        trees.image(entry)
        instrument = trees.group(entry["measurement/event1"], "instrument", "NXem_instrument")
        column = trees.group(instrument, "ebeam_column", "NXebeam_column")
        source = trees.group(column, "electron_source", "NXsource")
        source["voltage"] = value
        if unit:
            source["voltage"].attrs["units"] = unit

    return spoil


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.0, "V", "0 V"),
        (200.0, "MV", "200 MV"),
        (np.array([2e5, -1.0]), "V", "-1 V"),
        (math.inf, "V", "inf V"),
        (200.0, "kV", ""),
        (np.array([200, 80]), "kV", ""),
        (math.nan, "V", ""),  # not known
        (0.0, "nm", ""),  # another rule's
        (np.zeros(MOST_VALUES + 1), "V", ""),
    ],
)
def test_a_value_that_cannot_be_is_told_with_its_unit(container, value, unit, told):
    found = [
        one
        for one in validate_container(container(column(value, unit)))
        if one.rule == "impossible-value"
    ]
    assert [one.message for one in found] == (
        [f"Acceleration voltage is {told}, which cannot be."] if told else []
    )
    for one in found:
        assert one.severity is Severity.ERROR
        assert one.field == "measurement.acceleration_voltage"


def test_text_where_a_number_should_be_stops_no_check(container):
    def spoil(entry, trees):
        trees.replace(entry, "sample1/atom_types", "Qq")
        entry["sample1/thickness"] = "thin"

    with h5py.File(container(spoil), "r") as file:
        rules = [breach.rule for breach in own_breaches(GroupView(file["entry"].id))]
    assert "unknown-element" in rules
    assert "check-crashed" not in rules
