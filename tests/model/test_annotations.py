"""What a person may say, and how."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from emfair.model.annotations import (
    ELEMENTS,
    Annotations,
    InstrumentNotes,
    SampleNotes,
    UserNotes,
    name_in,
)
from emfair.model.canonical import canonical_json


@pytest.mark.parametrize(
    "orcid",
    ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X",
     "https://orcid.org/0000-0002-1825-0097", " 0000-0002-1825-0097 "],
)  # fmt: skip
def test_a_true_orcid_is_kept_in_its_short_form(orcid):
    assert UserNotes(orcid=orcid).orcid == orcid.strip().removeprefix("https://orcid.org/")


@given(st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_of_an_orcid_is_always_noticed(place, shift):
    digits = list("000000021825009")
    digits[place] = str((int(digits[place]) + shift) % 10)
    text = "".join(digits) + "7"
    wrong = "-".join(text[start : start + 4] for start in range(0, 16, 4))
    with pytest.raises(ValidationError, match="check digit"):
        UserNotes(orcid=wrong)


@pytest.mark.parametrize("orcid", ["", "0000-0002-1825", "٠٠٠٠-٠٠٠٢-١٨٢٥-٠٠٩٧", "x" * 19])
def test_what_does_not_look_like_an_orcid_is_refused(orcid):
    with pytest.raises(ValidationError, match="looks like"):
        UserNotes(orcid=orcid)


def test_there_are_118_elements_and_each_symbol_is_one():
    assert len(set(ELEMENTS)) == len(ELEMENTS) == 118
    assert (ELEMENTS[0], ELEMENTS[13], ELEMENTS[78], ELEMENTS[117]) == ("H", "Si", "Au", "Og")
    assert SampleNotes(atom_types=ELEMENTS).atom_types == ELEMENTS


@pytest.mark.parametrize("symbol", ["Qq", "si", "SiO2", "", "14"])
def test_anything_else_is_no_element(symbol):
    with pytest.raises(ValidationError):
        SampleNotes(atom_types=(symbol,))


def test_everything_is_optional():
    assert Annotations() == Annotations.model_validate({})


def test_a_number_may_stand_for_a_text_but_a_truth_value_may_not():
    assert SampleNotes(identifier=7).identifier == "7"
    with pytest.raises(ValidationError):
        SampleNotes(identifier=True)


@pytest.mark.parametrize("when", [20260122, "20260122", 1.5, "1e9", "2026-01-22", True])
def test_a_number_or_a_day_is_no_time(when):
    with pytest.raises(ValidationError):
        Annotations(start_time=when)


def test_it_is_the_same_after_it_was_written_and_read():
    notes = Annotations.model_validate(
        {"start_time": "2026-01-22T12:14:12+01:00", "sample": {"atom_types": ["Si", "O"]}}
    )
    assert Annotations.model_validate_json(notes.model_dump_json()) == notes


def test_what_is_said_of_a_file_may_leave_out_its_folders():
    notes = Annotations.model_validate(
        {"files": {"scan.dm4": {"title": "any"}, "b/scan.dm4": {"title": "that of b"}}}
    )
    assert notes.about("a/scan.dm4").title == "any"
    assert notes.about("x/b/scan.dm4").title == "that of b"
    assert notes.about("a/another-scan.dm4") is None
    assert notes.about_nothing(["a/scan.dm4"]) == ["b/scan.dm4"]


def test_a_name_from_the_root_is_of_that_file_alone():
    notes = Annotations.model_validate(
        {"files": {"/scan.dm4": {"title": "that in no folder"}, "/b/scan.dm4": {"title": "of b"}}}
    )
    assert notes.about("scan.dm4").title == "that in no folder"
    assert notes.about("b/scan.dm4").title == "of b"
    assert notes.about("a/b/scan.dm4") is None
    assert notes.about_nothing(["scan.dm4", "a/b/scan.dm4"]) == ["/b/scan.dm4"]


@pytest.mark.parametrize("name", ["CET+1", "Rome", "localtime", "+01:00", "../../etc/passwd"])
def test_a_clock_is_in_a_zone_that_every_machine_knows(name):
    with pytest.raises(ValidationError, match="is no time zone"):
        InstrumentNotes(time_zone=name)
    assert InstrumentNotes(time_zone="Europe/Rome").time_zone == "Europe/Rome"


def test_a_file_in_no_folder_is_not_confused_with_its_namesake():
    files = ["scan.tif", "b/scan.tif"]
    assert [name_in(one, files) for one in files] == ["/scan.tif", "b/scan.tif"]
    assert name_in("a.tif", files) == "a.tif"


def test_why_a_file_is_set_aside_is_said_of_it_alone_and_leaves_other_documents_as_they_were():
    notes = Annotations.model_validate(
        {"files": {"a.tif": {"set_aside": "cut off"}, "b.tif": {"title": "grain"}}}
    )
    assert notes.why_aside("day/a.tif") == "cut off"
    assert notes.why_aside("b.tif") == notes.why_aside("c.tif") == ""
    said = Annotations.model_validate({"files": {"b.tif": {"title": "grain"}}})
    assert b"set_aside" not in canonical_json(said), "its run key stays as it was"
    assert Annotations.model_validate_json(canonical_json(notes)) == notes
