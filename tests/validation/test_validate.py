"""A verdict on a whole container: what is told, how much it weighs, in which order."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

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


def without_start(entry, trees):
    del entry["start_time"]


def with_value(name, value, **attrs):
    def spoil(entry, trees):
        trees.replace(entry, name, value)
        entry[name].attrs.update(attrs)

    return spoil


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


def test_a_date_of_fixed_length_is_a_note_and_no_wrong_type(container):
    def fix(entry, trees):
        trees.replace(entry, "start_time", np.bytes_(entry["start_time"][()]))

    findings = validate_container(container(fix))
    (told,) = [f for f in findings if f.path == "/entry/start_time"]
    assert (told.rule, told.severity) == ("fixed-length-date", Severity.NOTE)
    assert "NeXus allows it" in told.message
    assert severe(findings) == set()


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        (np.bytes_("2026-01-22"), {"fixed-length-date", "wrong-date"}),
        (b"2026-01-22", {"wrong-date"}),
        (20260122, {"wrong-type"}),
    ],
)
def test_a_date_that_is_none_is_an_error_however_it_is_stored(container, value, rules):
    path = container(with_value("start_time", value))
    found = validate_container(path)
    assert {f.rule for f in found if f.path == "/entry/start_time"} == rules


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

    assert (
        severe(validate_container(container(lambda entry, trees: spread(trees.image(entry)))))
        == set()
    )


def test_every_finding_carries_measurement_and_file(container):
    findings = validate_container(container(without_start), measurement="scan-1", file="a/b.dm4")
    assert {(finding.measurement, finding.file) for finding in findings} == {("scan-1", "a/b.dm4")}


def test_findings_come_most_severe_first_and_always_the_same(container):
    path = container(with_value("sample1/atom_types", "Qq"))
    first = validate_container(path)
    assert [f.severity.rank for f in first] == sorted(f.severity.rank for f in first)
    assert validate_container(path) == first


def test_validations_in_threads_do_not_mix(container, tmp_path):
    good = container(lambda entry, trees: trees.image(entry), name="good.nxs")
    bad = container(without_start, name="bad.nxs")
    worse = container(with_value("sample1/thickness", 1.0, units="V"), name="worse.nxs")
    alone = {path: validate_container(path) for path in (good, bad, worse)}
    order = [good, bad, worse, bad, good, worse] * 5
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(validate_container, order))
    assert together == [alone[path] for path in order]


def test_a_missing_file_is_a_wrong_call(tmp_path):
    with pytest.raises(NotFound):
        validate_container(tmp_path / "nowhere.nxs")
    with pytest.raises(NotFound):
        validate_container(tmp_path)


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
