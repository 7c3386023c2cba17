"""Each rule that matters has a real file that breaks it."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.model.findings import Severity
from emfair.validation.validate import validate_container


def without(name):
    def spoil(entry, trees):
        del entry[name]

    return spoil


def with_value(name, value, **attrs):
    def spoil(entry, trees):
        trees.instrument(entry)
        trees.replace(entry, name, value)
        entry[name].attrs.update(attrs)

    return spoil


def with_image(change):
    def spoil(entry, trees):
        change(trees.image(entry))

    return spoil


def no_sample_but_a_frame(entry, trees):
    del entry["sample1"]
    frame = trees.group(entry, "sample_reference_frame", "NXcoordinate_system")
    frame["type"] = "cartesian"
    for axis in "xyz":
        frame[axis] = np.eye(3)["xyz".index(axis)]


def no_instrument(entry, trees):
    trees.group(entry, "measurement", "NXem_measurement")


def reversed_axes(data):
    data.attrs["axis_j_indices"], data.attrs["axis_i_indices"] = np.uint8(1), np.uint8(0)


def reversed_axes_in_arrays(data):
    data.attrs["axis_j_indices"] = np.array([1], "uint8")
    data.attrs["axis_i_indices"] = np.array([0], "uint8")


def short_axis(data):
    units = dict(data["axis_i"].attrs)
    del data["axis_i"]
    data["axis_i"] = np.arange(3.0)
    data["axis_i"].attrs.update(units)


def unheard_of_handedness(entry, trees):
    rotations = trees.group(entry, "consistent_rotations", "NXparameters")
    rotations["rotation_handedness"] = "ambidextrous"


SPOILT = {
    "no start time": (
        without("start_time"),
        ("missing-required-field", "/entry/start_time", "start_time"),
    ),
    "no elements": (
        without("sample1/atom_types"),
        ("missing-required-field", "/entry/sample1/atom_types", "sample.atom_types"),
    ),
    "no sample at all": (
        without("sample1"),
        ("missing-required-field", "/entry/sample1/preparation_date", "sample.preparation_date"),
    ),
    "only a sample's frame": (
        no_sample_but_a_frame,
        ("missing-required-field", "/entry/sample1/is_simulation", "sample.is_simulation"),
    ),
    "no instrument": (
        no_instrument,
        (
            "missing-required-field",
            "/entry/measurement/instrument/fabrication/vendor",
            "instrument.vendor",
        ),
    ),
    "a time without zone": (
        with_value("start_time", "2026-01-22T12:14:12"),
        ("wrong-date", "/entry/start_time", "start_time"),
    ),
    "an integer as flag": (
        with_value("sample1/is_simulation", 0),
        ("wrong-type", "/entry/sample1/is_simulation", "sample.is_simulation"),
    ),
    "an unknown element": (
        with_value("sample1/atom_types", "Si,Qq"),
        ("unknown-element", "/entry/sample1/atom_types", "sample.atom_types"),
    ),
    "blank elements": (
        with_value("sample1/atom_types", ""),
        ("empty-value", "/entry/sample1/atom_types", "sample.atom_types"),
    ),
    "a blank vendor": (
        with_value("measurement/instrument/fabrication/vendor", ""),
        ("empty-value", "/entry/measurement/instrument/fabrication/vendor", "instrument.vendor"),
    ),
    "a blank model": (
        with_value("measurement/instrument/fabrication/model", "  "),
        ("empty-value", "/entry/measurement/instrument/fabrication/model", "instrument.model"),
    ),
    "pixels as unit": (
        with_image(lambda data: data["axis_i"].attrs.update({"units": "px"})),
        ("not-a-unit", "/entry/measurement/event1/image1/image_2d/axis_i", ""),
    ),
    "counts as unit": (
        with_value("sample1/density", 2.65, units="counts"),
        ("not-a-unit", "/entry/sample1/density", ""),
    ),
    "a length in volts": (
        with_value("sample1/thickness", 80.0, units="V"),
        ("wrong-unit", "/entry/sample1/thickness/@units", "sample.thickness"),
    ),
    "a length without unit": (
        with_value("sample1/thickness", 80.0),
        ("missing-unit", "/entry/sample1/thickness", "sample.thickness"),
    ),
    "reversed axes of a square image": (
        with_image(reversed_axes),
        ("axis-order", "/entry/measurement/event1/image1/image_2d/@axis_j_indices", ""),
    ),
    "reversed axes, stored as arrays": (
        with_image(reversed_axes_in_arrays),
        ("axis-order", "/entry/measurement/event1/image1/image_2d/@axis_i_indices", ""),
    ),
    "a third axis of two": (
        with_image(lambda data: data.attrs.modify("axis_i_indices", np.uint8(2))),
        (
            "axis-index-out-of-range",
            "/entry/measurement/event1/image1/image_2d/@axis_i_indices",
            "",
        ),
    ),
    "a signal that is not there": (
        with_image(lambda data: data.attrs.modify("signal", "imaginary")),
        ("no-signal", "/entry/measurement/event1/image1/image_2d/imaginary", ""),
    ),
    "an axis that is not there": (
        with_image(lambda data: data.attrs.modify("axes", ["axis_j", "axis_q"])),
        ("no-axis", "/entry/measurement/event1/image1/image_2d/axis_q", ""),
    ),
    "an axis too short": (
        with_image(short_axis),
        ("axis-length", "/entry/measurement/event1/image1/image_2d/axis_i", ""),
    ),
    "a misnamed image": (
        lambda entry, trees: trees.image(entry, name="picture"),
        ("misnamed-data", "/entry/measurement/event1/image1/picture", ""),
    ),
    "a word that is not in a closed list": (
        unheard_of_handedness,
        ("value-not-in-list", "/entry/consistent_rotations/rotation_handedness", ""),
    ),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_spoilt_container_breaks_the_rule(container, case):
    spoil, expected = SPOILT[case]
    findings = validate_container(container(spoil))
    broken = {
        (finding.rule, finding.path, finding.field)
        for finding in findings
        if finding.severity in (Severity.ERROR, Severity.MISSING)
    }
    assert expected in broken


@pytest.mark.parametrize("case", SPOILT)
def test_no_finding_is_told_twice_or_half_filled(container, case):
    findings = validate_container(container(SPOILT[case][0]))
    places = [(finding.rule, finding.path, finding.field) for finding in findings]
    assert len(places) == len(set(places))
    for finding in findings:
        assert finding.hint
        for words in (finding.message, finding.hint):
            assert "{" not in words
            assert "unknown" not in words


def test_a_missing_sample_is_asked_for_field_by_field_and_only_so(container):
    missing = {
        finding.field
        for finding in validate_container(container(without("sample1")))
        if finding.severity is Severity.MISSING
    }
    assert missing == {"sample.atom_types", "sample.preparation_date", "sample.is_simulation"}
