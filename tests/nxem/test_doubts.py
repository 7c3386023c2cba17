"""What a person should look at, and what not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from emfair.model.annotations import Annotations, InstrumentNotes
from emfair.model.facts import LEFT_OVER, Fact, Source
from emfair.model.findings import Finding, Severity, Verdict, verdict_of
from emfair.nxem.annotations import parse_annotations
from emfair.nxem.doubts import RULES, differ, doubts
from emfair.nxem.facts import IMPOSSIBLE, facts_of, facts_with, settle, used
from emfair.nxem.keys import keys
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Signal


def said(key: str, value: str | float, source: Source = Source.FORM, **rest) -> Fact:
    number = value if isinstance(value, float) else None
    text = value if isinstance(value, str) else ""
    return Fact(key=key, value_num=number, value_text=text, source=source,
                unit=keys()[key].unit, **({"source_path": f"{source}/{key}"} | rest))  # fmt: skip


def found(*facts: Fact) -> list[tuple[str, str]]:
    told = [(one.rule, one.field) for one in doubts(settle(facts), "a.dm3")]
    assert {rule for rule, _ in told} <= RULES
    return told


def zeiss(**tags) -> Signal:
    tree = {"CZ_SEM": {"ap_actualkv": ("EHT", 5.0, "kV"), **tags}}
    return Signal(0, "", "TIFF", np.zeros((2, 2)), (), {}, tree)


def test_a_voltage_that_differs_between_form_and_file_is_told_with_both_places(corpus):
    signal = read_signals(corpus / "dm3_2D_data" / "test_STEM_image.dm3")[0]
    notes = parse_annotations({"measurement": {"acceleration_voltage": "300 kV"}})
    (finding,) = [
        one
        for one in doubts(facts_of(signal, "a.dm3", notes), "a.dm3")
        if one.rule == "sources-disagree"
    ]
    assert finding == Finding(
        severity=Severity.WARNING,
        rule="sources-disagree",
        message="Acceleration voltage: the form says 300 kV, the file something else.",
        hint="The file says 200 kV at the tag “ImageList/TagGroup0/ImageTags/Microscope Info/"
        "Voltage”. The form is used: check measurement.acceleration_voltage.",
        file="a.dm3",
        field="measurement.acceleration_voltage",
    )


def test_a_profile_of_another_maker_than_the_files_is_told():
    profile = InstrumentNotes(vendor="JEOL", model="ARM200F")
    facts = facts_of(zeiss(dp_sem=("Sem", "Merlin")), "a.tif", Annotations(), profile)
    told = {one.field: (one.message, one.hint) for one in doubts(facts, "a.tif")}
    assert told == {
        "instrument.vendor": (
            "Instrument's manufacturer: the instrument's profile says JEOL, the file's format "
            "something else.",
            "The file's format says Carl Zeiss at the tag “CZ_SEM”. The instrument's "
            "profile is used: check instrument.vendor.",
        ),
        "instrument.model": (
            "Instrument's model: the instrument's profile says ARM200F, the file something else.",
            "The file says Merlin at the tag “CZ_SEM/dp_sem”. The instrument's profile is used: "
            "check instrument.model.",
        ),
    }


@pytest.mark.parametrize(
    ("key", "one", "other", "told"),
    [
        ("acceleration_voltage", 300e3, 200e3, True),
        ("acceleration_voltage", 200e3, 199.9e3, False),
        ("camera_length", 0.1, 0.25, True),
        ("camera_length", 0.1, 0.19, False),
        ("beam_current", 0.0, 1e-9, True),
        ("defocus", -1e-6, 1e-6, True),
        ("defocus", -1e-8, 1e-8, False),  # as good as in focus
        ("stage_x", 0.0, 5e-6, False),
        ("stage_x", 0.0, 5e-4, True),
        ("rotation", -3.1, 3.1, False),  # 5° apart
        ("tilt_alpha", 0.1, 0.5, True),
        ("vendor", "FEI", "Thermo Fisher Scientific", False),
        ("vendor", "JEOL", "Thermo Fisher Scientific", True),
        ("start_time", "2026-01-22T12:00:00+01:00", "2026-01-23T23:00:00", False),
        ("start_time", "2026-01-22T12:00:00+01:00", "2017-01-22T12:00:00", True),
        ("start_time", "2026-01-22T12:00:00+01:00", "last year", False),
        ("detector", "HAADF", "BF", False),  # not compared
    ],
)
def test_how_far_two_sources_may_differ(key, one, other, told):
    facts = said(key, one), said(key, other, Source.VENDOR)
    assert differ(keys()[key], *facts) is told
    assert differ(keys()[key], *reversed(facts)) is told


def test_a_file_that_agrees_in_one_of_its_tags_is_no_contradiction():
    form = said("acceleration_voltage", 200e3)
    wrong = said("acceleration_voltage", 80e3, Source.VENDOR)
    right = said("acceleration_voltage", 200e3, Source.VENDOR)
    assert found(form, wrong) == [("sources-disagree", "measurement.acceleration_voltage")]
    assert found(form, wrong, right) == []


@pytest.mark.parametrize("other", [Source.VENDOR, Source.DERIVED])
def test_a_file_that_contradicts_itself_is_nothing_that_a_person_can_mend(other):
    one, two = said("vendor", "JEOL", Source.VENDOR), said("vendor", "Gatan", other)
    assert found(one, two) == []


def test_a_form_that_contradicts_the_instruments_profile_is_told():
    (finding,) = doubts(settle([said("model", "Titan"), said("model", "ARM", Source.PROFILE)]), "")
    assert finding.message == (
        "Instrument's model: the form says Titan, the instrument's profile something else."
    )


def test_a_person_is_warned_of_a_file_of_another_session():
    form = said("start_time", "2026-01-22T12:00:00+01:00")
    file = said("start_time", "2019-05-01T09:00:00", Source.VENDOR, warning="has no time zone: "
                "not used")  # fmt: skip
    assert found(form, file) == [("sources-disagree", "start_time")]


def test_an_operator_of_an_earlier_session_is_told_but_never_used(corpus):
    signal = read_signals(corpus / "dm3_2D_data" / "multi_signal.dm3")[0]

    def told(name: str | None) -> list[tuple[str, str]]:
        notes = parse_annotations({"user": {"name": name}} if name else {})
        facts = facts_of(signal, "a.dm3", notes)
        found = doubts(facts, "a.dm3")
        return [(one.message, one.hint) for one in found if one.field == "user.name"]

    ((message, hint),) = told(None)
    assert message == "Operator: what the file says is often left over from another session."
    assert hint == (
        "The file says JohnDoe at the tag “ImageList/TagGroup0/ImageTags/Session Info/Operator”, "
        "which is not used. Fill in user.name."
    )
    ((message, hint),) = told("Ada Lovelace")
    assert message == (
        "Operator: the form says Ada Lovelace, the file something else, "
        "often left over from another session."
    )
    assert "says JohnDoe" in hint
    assert hint.endswith("Check user.name.")
    assert told("John Doe") == []


def test_a_value_that_cannot_be_is_told_if_nothing_else_stands_for_it():
    facts = facts_of(zeiss(ap_wd=("WD", -1.0, "mm")), "a.tif", Annotations())
    (finding,) = [one for one in doubts(facts, "a.tif") if one.rule == "impossible-value"]
    assert finding.message == ("Working distance: the file says what cannot be; it is not used.")
    assert finding.hint.startswith("The file says -1 mm at the tag “CZ_SEM/ap_wd”. Fill in ")
    assert finding.field == "measurement.working_distance"
    notes = parse_annotations({"measurement": {"working_distance": "5 mm"}})
    again = doubts(facts_of(zeiss(ap_wd=("WD", -1.0, "mm")), "a.tif", notes), "a.tif")
    assert "impossible-value" not in {one.rule for one in again}


def test_a_time_without_a_zone_is_offered_to_be_completed(corpus):
    signal = read_signals(corpus / "FEI_new" / "128x128-TEM_search.emi")[0]
    told = [one for one in doubts(facts_of(signal, "a", Annotations()), "a")
            if one.field == "start_time"]  # fmt: skip
    assert [(one.rule, one.severity) for one in told] == [("no-time-zone", Severity.NOTE)]
    assert told[0].message.endswith("the file says no time zone; it is not used.")
    assert told[0].hint.startswith("The file says 2016-02-22T18:50:01 at the tag “")
    assert told[0].hint.endswith(
        "Fill in start_time with its offset (+01:00), or instrument.time_zone for all of its files."
    )


def test_an_experiment_that_began_days_after_its_files_is_told(corpus):
    signal = read_signals(corpus / "dm3_2D_data" / "test_STEM_image.dm3")[0]
    own = used(facts_of(signal, "a", Annotations()))["start_time"]

    def told(start: datetime) -> list[Finding]:
        notes = Annotations(start_time=start)
        facts = facts_of(signal, "a", notes)
        assert used(facts)["start_time"].value_text == own.value_text
        return [one for one in doubts(facts, "a") if one.field == "start_time"]

    began = datetime.fromisoformat(own.value_text)
    assert told(began - timedelta(days=1)) == []
    (finding,) = told(began - timedelta(days=3))
    assert (finding.rule, finding.severity) == ("sources-disagree", Severity.NOTE)
    assert finding.message.startswith("Start of the acquisition: the form says ")
    assert finding.message.endswith(", the file something else.")
    assert finding.hint.startswith(f"The file says {own.value_text} at the tag “")
    assert finding.hint.endswith(
        "The file is used: check start_time, or say of this file alone what is right."
    )


def test_a_time_after_the_deposit_is_told():
    when = datetime(2020, 1, 1, tzinfo=UTC)
    tags = {"Acquisition": {"AcquisitionStartDatetime": {"DateTime": "1700000000"}}}
    signal = Signal(0, "", "EMD", np.zeros((2, 2)), (), {}, tags)
    rules = {}
    for latest in (None, when):
        facts = facts_of(signal, "a", Annotations(), latest=latest)
        rules[latest] = [one.rule for one in doubts(facts, "a")]
    assert rules == {None: [], when: ["impossible-value"]}


def test_a_persons_impossible_time_is_told_even_where_the_file_knows_better(corpus):
    signal = read_signals(corpus / "dm3_2D_data" / "test_STEM_image.dm3")[0]
    notes = parse_annotations({"start_time": "2026-01-22T12:00:00Z"})
    facts = facts_of(signal, "a", notes, latest=datetime(2025, 1, 1, tzinfo=UTC))
    (finding,) = [one for one in doubts(facts, "a") if one.field == "start_time"]
    assert finding.rule == "impossible-value"
    assert finding.message.startswith("Start of the acquisition: the form says what cannot be")
    assert finding.hint.startswith("The form says 2026-01-22")


def test_what_many_files_say_differently_is_told_in_the_same_words():
    """A report shows what says the same as one row; ninety files were ninety rows."""

    def told(number: int) -> list[str]:
        odd = {"source": Source.VENDOR, "warning": f"{IMPOSSIBLE} here"}
        facts = [
            said("start_time", "2026-01-22T12:00:00+01:00"),
            said("start_time", f"20{number}-05-01T09:00:00+01:00", Source.VENDOR),
            said("end_time", f"20{number}-05-01T10:00:00+01:00", Source.VENDOR),
            said("operator", f"guest{number}", Source.VENDOR, warning=LEFT_OVER),
            said("working_distance", -float(number), **odd),
            said("elements", "Fe,S" if number % 2 else "Cu", Source.VENDOR),
        ]
        return [one.message for one in doubts(settle(facts), f"{number}.tif")]

    assert len(told(19)) == 5
    assert told(19) == told(20)


def test_an_end_before_the_start_is_told():
    start, end = "2026-01-22T12:00:00+01:00", "2026-01-22T11:30:00+01:00"
    assert found(said("start_time", start), said("end_time", end)) == [
        ("ends-before-it-starts", "end_time")
    ]
    assert found(said("start_time", end), said("end_time", start)) == []


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_end_of_the_whole_before_a_files_own_start_is_not_used_and_told(velox):
    """The demonstration's maps of 2018 ended in 2017, and all was well."""
    signal = read_signals(velox / "fei_SI_SuperX-HAADF_10frames_10x50.emd")[0]
    own = used(facts_of(signal, "a", Annotations()))
    assert "end_time" not in own
    began = datetime.fromisoformat(own["start_time"].value_text)
    facts = facts_of(signal, "a", Annotations(end_time=began - timedelta(days=15)))
    assert "end_time" not in used(facts)
    (finding,) = [one for one in doubts(facts, "a") if one.rule == "ends-before-it-starts"]
    assert (finding.severity, finding.field) == (Severity.WARNING, "end_time")
    assert finding.message == (
        "What is said of all files ends before this file starts; it is not used for this one."
    )
    later = facts_of(signal, "a", Annotations(end_time=began + timedelta(hours=2)))
    assert "end_time" in used(later)
    assert "ends-before-it-starts" not in {one.rule for one in doubts(later, "a")}


def test_a_start_of_the_whole_after_a_files_own_end_is_not_used_and_told():
    end = said("end_time", "2026-01-22T12:00:00+01:00", Source.VENDOR)
    start = said("start_time", "2026-01-22T14:00:00+01:00", source_path="start_time")
    facts = facts_with([end], [start])
    assert "start_time" not in used(facts)
    (finding,) = doubts(facts, "a")
    assert (finding.rule, finding.field) == ("ends-before-it-starts", "start_time")
    assert "starts after this file ends" in finding.message


def test_elements_that_were_looked_for_are_offered_until_somebody_says_what_is_there():
    looked_for = said("elements", "Fe,S", Source.VENDOR)
    (finding,) = doubts([looked_for], "a")
    assert finding.hint == "If they are in the sample, write sample.atom_types: [Fe, S]."
    assert found(looked_for, said("atom_types", "Fe,O")) == []


def test_a_long_text_is_cut():
    (finding,) = doubts([said("operator", "x" * 500, Source.VENDOR, warning=LEFT_OVER)], "a")
    assert len(finding.hint) < 200
    assert "x…" in finding.hint


def test_doubts_never_make_invalid_and_stand_in_one_order():
    facts = [
        said("operator", "Ada"),
        said("operator", "root", Source.VENDOR, warning=LEFT_OVER),
        said("model", "Titan"),
        said("model", "ARM", Source.VENDOR),
    ]
    told = doubts(settle(facts), "a")
    assert [one.rule for one in told] == ["sources-disagree", "left-over"]
    assert told == doubts(settle(facts[::-1]), "a")
    assert verdict_of(told) is Verdict.VALID


def test_a_file_that_says_nothing_raises_no_doubt():
    signal = Signal(0, "", "Ripple", np.zeros((2, 2)), ())
    assert doubts(facts_of(signal, "a", Annotations()), "a") == []
