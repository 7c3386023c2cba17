"""Each rule that matters has a real file that breaks it."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest

from emfair.errors import NotFound
from emfair.model.findings import Severity, Verdict, verdict_of
from emfair.validation.validate import nxdl_version, validate_container, validator_name


def severe(findings):
    return {
        (finding.rule, finding.path)
        for finding in findings
        if finding.severity in (Severity.ERROR, Severity.MISSING)
    }


def test_the_smallest_tree_is_valid(container):
    findings = validate_container(container())
    assert severe(findings) == set()
    assert verdict_of(findings) is Verdict.VALID


def test_text_of_fixed_length_is_judged_as_any_other(container):
    def fix(entry, trees):
        entry.attrs["NX_class"] = np.bytes_("NXentry")
        entry["sample1"].attrs["NX_class"] = np.bytes_("NXsample")
        for name in ("definition", "sample1/atom_types"):
            trees.replace(entry, name, np.bytes_(entry[name][()]))

    assert validate_container(container(fix)) == validate_container(container())


@pytest.mark.parametrize("number", [3, np.uint8(3), [3], [[3]], [1, 2], 0.5])
def test_a_class_that_is_a_number_is_no_class(container, number):
    def spoil(entry, trees):
        entry.attrs["NX_class"] = number

    assert only_rule(container(spoil)) == ["no-entry"]


def test_an_image_with_its_instrument_is_valid(container):
    path = container(lambda entry, trees: trees.image(entry, (4, 6)))
    assert severe(validate_container(path)) == set()


def test_what_is_recommended_is_asked_for_with_its_field(container):
    asked = {
        finding.field: finding
        for finding in validate_container(container())
        if finding.severity is Severity.RECOMMENDED
    }
    assert set(asked) == {
        "end_time",
        "sample.name",
        "sample.physical_form",
        "user.name",
        "instrument.name",
    }
    assert asked["sample.physical_form"].hint == (
        "Fill in sample.physical_form in the annotations, e.g. foil."
    )
    assert asked["user.name"].path == "/entry/user1/name"


def test_what_is_given_is_not_asked_for(container):
    def spoil(entry, trees):
        entry["end_time"] = "2026-01-22T12:20:00+01:00"
        entry["sample1/name"] = "quartz"
        entry["sample1/physical_form"] = "foil"
        trees.group(entry, "user1", "NXuser")["name"] = "Ada Lovelace"
        trees.instrument(entry)["name"] = "Titan"

    assert validate_container(container(spoil)) == ()


def test_a_blank_recommended_text_counts_as_absent(container):
    def spoil(entry, trees):
        entry["sample1/name"] = " "

    fields = {finding.field for finding in validate_container(container(spoil))}
    assert "sample.name" in fields


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
        assert "{" not in finding.message
        assert "unknown" not in finding.message
        assert finding.hint


def test_a_missing_sample_is_asked_for_field_by_field_and_only_so(container):
    missing = {
        finding.field
        for finding in validate_container(container(without("sample1")))
        if finding.severity is Severity.MISSING
    }
    assert missing == {"sample.atom_types", "sample.preparation_date", "sample.is_simulation"}


def test_an_undocumented_field_is_told_without_blocking(container):
    findings = validate_container(container(with_value("sample1/mood", "good")))
    assert [f.rule for f in findings if f.path == "/entry/sample1/mood"] == ["undocumented"]
    assert verdict_of(findings) is not Verdict.INVALID


def test_a_word_of_ones_own_in_an_open_list_is_a_note(container):
    path = container(with_value("sample1/physical_form", "lamella"))
    (told,) = [f for f in validate_container(path) if f.path == "/entry/sample1/physical_form"]
    assert (told.rule, told.severity) == ("own-word-unmarked", Severity.NOTE)
    assert told.field == "sample.physical_form"
    assert "“lamella”" in told.message
    assert "bulk, foil" in told.message


def test_a_group_without_class_is_a_note(container):
    def spoil(entry, trees):
        entry.create_group("attic")["thing"] = 1

    findings = {f.path: f for f in validate_container(container(spoil))}
    assert findings["/entry/attic"].severity is Severity.NOTE


def test_vendor_tags_in_collections_are_left_alone(container):
    def spoil(entry, trees):
        tags = trees.group(entry, "tags", "NXcollection")
        tags["scale"] = 1.0
        tags["scale"].attrs["units"] = "px"
        trees.group(tags, "deep", "NXdata").attrs["signal"] = "nowhere"

    assert severe(validate_container(container(spoil))) == set()


def test_an_axis_with_a_value_for_each_pixel_is_allowed(container):
    def spread(data):
        attributes = dict(data["axis_i"].attrs)
        del data["axis_i"]
        data["axis_i"] = np.zeros((4, 4))
        data["axis_i"].attrs.update(attributes)

    assert severe(validate_container(container(with_image(spread)))) == set()


def test_every_finding_carries_measurement_and_file(container):
    findings = validate_container(
        container(without("start_time")), measurement="scan-1", file="a/b.dm4"
    )
    assert {(finding.measurement, finding.file) for finding in findings} == {("scan-1", "a/b.dm4")}


def test_findings_come_most_severe_first_and_always_the_same(container):
    path = container(with_value("sample1/atom_types", "Qq"))
    first = validate_container(path)
    assert [f.severity.rank for f in first] == sorted(f.severity.rank for f in first)
    assert validate_container(path) == first


def test_validations_in_threads_do_not_mix(container, tmp_path):
    good = container(name="good.nxs")
    bad = container(without("start_time"), name="bad.nxs")
    worse = container(with_value("sample1/thickness", 1.0, units="V"), name="worse.nxs")
    alone = {path: validate_container(path) for path in (good, bad, worse)}
    order = [good, bad, worse, bad, good, worse]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(validate_container, order))
    assert together == [alone[path] for path in order]


def test_a_missing_file_is_a_wrong_call(tmp_path):
    with pytest.raises(NotFound):
        validate_container(tmp_path / "nowhere.nxs")
    with pytest.raises(NotFound):
        validate_container(tmp_path)


def only_rule(path):
    findings = validate_container(path)
    assert verdict_of(findings) is Verdict.INVALID
    assert all(finding.hint for finding in findings)
    return [finding.rule for finding in findings]


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / "m.nxs").touch()
    assert only_rule(tmp_path / "m.nxs") == ["empty-file"]


def test_another_format_is_said_to_be_no_hdf5(tmp_path):
    (tmp_path / "m.nxs").write_bytes(b"\x00\x00\x00\x03" * 999)
    assert only_rule(tmp_path / "m.nxs") == ["not-hdf5"]


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_a_truncated_container_is_said_to_be_cut_off(container, kept):
    path = container(lambda entry, trees: trees.image(entry, (64, 64)))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert only_rule(path) == ["truncated-file"]


def test_damage_inside_never_crashes_the_validation(container):
    path = container(lambda entry, trees: trees.image(entry, (64, 64)))
    content = path.read_bytes()
    for start in range(1024, len(content), 2048):
        spoilt = content[:start] + b"\xff" * 64 + content[start + 64 :]
        path.write_bytes(spoilt)
        validate_container(path)


def test_an_entry_whose_name_is_damaged_is_said_to_be_damage(container):
    path = container(lambda entry, _: entry.file.move("entry", "entry12"))
    path.write_bytes(path.read_bytes().replace(b"entry12", b"entry1\xc7"))
    assert only_rule(path) == ["truncated-file"]
    assert "entry1" in validate_container(path)[0].message


def test_a_name_inside_that_is_no_text_never_crashes_the_validation(container):
    path = container(lambda entry, trees: trees.image(entry))
    content = path.read_bytes()
    for name in (b"sample1", b"atom_types", b"measurement", b"instrument", b"image1", b"real"):
        path.write_bytes(content.replace(name, name[:-1] + b"\xc7"))
        validate_container(path)


def test_a_file_without_entry_is_no_nexus_file(tmp_path):
    with h5py.File(tmp_path / "m.nxs", "w") as file:
        file["data"] = [1, 2, 3]
    assert only_rule(tmp_path / "m.nxs") == ["no-entry"]


def test_an_entry_without_definition_is_refused(container):
    path = container(without("definition"))
    assert only_rule(path) == ["no-definition"]


def test_another_definition_is_refused_by_its_name(container):
    path = container(with_value("definition", "NXmpes"))
    assert only_rule(path) == ["other-definition"]
    assert "NXmpes" in validate_container(path)[0].message


def test_other_entries_beside_ours_are_noted_and_ours_judged(container):
    def spoil(entry, trees):
        trees.group(entry.file, "calibration", "NXentry")["definition"] = "NXspe"
        del entry["start_time"]

    findings = {(f.rule, f.path) for f in validate_container(container(spoil))}
    assert ("other-entry", "/calibration") in findings
    assert ("missing-required-field", "/entry/start_time") in findings


def test_two_entries_are_both_judged(container):
    def spoil(entry, trees):
        entry.file.copy(entry, "second")
        del entry.file["second/start_time"]

    assert severe(validate_container(container(spoil))) == {
        ("missing-required-field", "/second/start_time")
    }


def test_a_name_with_braces_is_only_a_name(container, tmp_path):
    path = container(with_value("sample1/{0.__class__}", 1), name="{x}.nxs")
    shutil.copy(path, tmp_path / "%s.nxs")
    messages = [f.message for f in validate_container(path) if f.rule == "undocumented"]
    assert messages == ["NXem knows no {0.__class__} in sample1."]


def test_versions_are_those_of_the_installed_definitions():
    assert nxdl_version().startswith("v20")
    assert validator_name() == "pynxtools 0.16.0"
