"""The NXem tree of one measurement."""

import numpy as np
import pytest

from emfair.model.facts import Fact, Source
from emfair.nxem.nodes import Field, Group
from emfair.nxem.shape import shape_of
from emfair.nxem.tree import Origin, build_entry

ORIGIN = Origin("d/a.dm4", "0" * 64, 2, "DigitalMicrograph")


@pytest.fixture
def build(made, ramp):
    """Return a function that builds a tree of keys and their values."""

    def build(tags=None, **values) -> Group:
        facts = {
            key: Fact(key=key, source=Source.FORM, unit="SI" if isinstance(value, float) else "",
                      **{"value_num" if isinstance(value, float) else "value_text": value})
            for key, value in values.items()
        }  # fmt: skip
        shape = shape_of(made(ramp))
        return build_entry(facts, shape, ORIGIN, tags or Group("NXcollection"), {"emfair": "1"},
                           title="T", experiment="e-1")  # fmt: skip

    return build


def at(entry: Group, path: str):
    node = entry
    for name in path.split("/"):
        node = node.children[name]
    return node.value if isinstance(node, Field) else node


def test_defaults_lead_from_the_entry_to_the_picture(build):
    node = build()
    while node.attrs.get("default"):
        node = node.children[node.attrs["default"]]
    assert node.nx_class == "NXdata"
    assert node.attrs["axes"] == ["axis_j", "axis_i"]
    assert (node.attrs["axis_j_indices"], node.attrs["axis_i_indices"]) == (0, 1)


def test_the_raw_file_stands_in_it_twice(build):
    entry = build()
    for place in ("note1", "measurement/event1/image1/process/input"):
        assert at(entry, f"{place}/file_name") == "d/a.dm4"
        assert at(entry, f"{place}/checksum") == "0" * 64
        assert at(entry, f"{place}/algorithm") == "sha256"


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("beam_current", "optics/probe_current"),
        ("camera_length", "optics/camera_length"),
        ("convergence_angle", "optics/semi_convergence_angle"),
        ("working_distance", "optics/working_distance"),
        ("magnification", "optics/magnification"),
        ("defocus", "optics/defocus"),
        ("rotation", "optics/rotation"),
        ("field_of_view", "optics/field_of_view"),
        ("dose_rate", "optics/dose_rate"),
        ("acceleration_voltage", "ebeam_column/electron_source/voltage"),
        ("dwell_time", "ebeam_column/scan_controller/dwell_time"),
        ("acquisition_time", "detector1/count_time"),
        ("tilt_alpha", "stage1/tilt1"),
        ("tilt_beta", "stage1/tilt2"),
        ("stage_rotation", "stage1/rotation"),
    ],
)
def test_a_quantity_stands_where_its_key_says(build, key, place):
    assert at(build(**{key: 0.25}), f"measurement/event1/instrument/{place}") == 0.25


def test_parts_of_the_stage_nobody_knows_are_not_numbers(build):
    stage = at(build(stage_y=2.0), "measurement/event1/instrument/stage1")
    assert np.isnan(stage.children["tilt1"].value)
    assert np.isnan(stage.children["rotation"].value)
    x, y, z = stage.children["position"].value
    assert (np.isnan(x), y, np.isnan(z)) == (True, 2.0, True)
    assert stage.children["position"].attrs == {"units": "m"}


def test_without_any_stage_value_there_is_no_stage(build):
    assert "stage1" not in at(build(), "measurement/event1/instrument").children


@pytest.mark.parametrize(("said", "stored"), [("True", True), ("False", False)])
def test_simulation_is_a_truth_value(build, said, stored):
    value = at(build(is_simulation=said), "sample1/is_simulation")
    assert value.dtype == np.bool_
    assert value == stored


def test_a_sample_of_another_form_is_marked_as_ones_own_word(build):
    sample = at(build(physical_form="needle"), "sample1")
    assert sample.children["physical_form"].attrs == {"custom": np.True_}
    assert at(build(physical_form="foil"), "sample1").children["physical_form"].attrs == {}


@pytest.mark.parametrize(("said", "stored"), [("TEM", "tem"), ("sem", "sem"), ("cryo", "cryo")])
def test_the_kind_of_instrument_is_nxems_word_where_there_is_one(build, said, stored):
    assert at(build(instrument_type=said), "measurement/instrument/type") == stored


def test_what_nobody_said_is_not_there(build):
    entry = build()
    assert "user1" not in entry.children
    assert "start_time" not in entry.children
    assert at(entry, "sample1").children == {}


def test_tags_and_software_are_kept(build):
    tags = Group("NXcollection", children={"a": Field(1)})
    entry = build(tags)
    assert at(entry, "measurement/event1/vendor_metadata") is tags
    program = at(entry, "profiling/program1")
    assert program.children["program"] == Field("emfair", {"version": "1"})


def test_the_technique_is_the_kind_of_event(build):
    assert at(build(technique="STEM EDS"), "measurement/event1/type") == "STEM EDS"
    assert "type" not in at(build(), "measurement/event1").children


def test_what_nxem_has_no_place_for_stands_in_a_collection(build):
    known = at(build(elements="Fe,Pt"), "measurement/event1/interpretation")
    assert known.nx_class == "NXcollection"
    assert known.children == {"elements": Field("Fe,Pt")}
    assert "interpretation" not in at(build(technique="EBSD"), "measurement/event1").children


@pytest.mark.parametrize("source", [Source.DERIVED, Source.FORM])
def test_only_a_technique_that_was_derived_says_from_what(made, ramp, source):
    fact = Fact(key="technique", value_text="CL", source=source, reason="because")
    entry = build_entry({"technique": fact}, shape_of(made(ramp)), ORIGIN, Group("NXcollection"),
                        {}, title="T", experiment="")  # fmt: skip
    event = at(entry, "measurement/event1")
    assert at(event, "type") == "CL"
    assert ("interpretation" in event.children) is (source is Source.DERIVED)
    if source is Source.DERIVED:
        assert at(event, "interpretation/technique_from") == "because"
