"""Which value of a key is used, and what becomes of the others."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from emfair.errors import BadAnnotations
from emfair.model.annotations import Annotations, SampleNotes
from emfair.model.facts import Fact, Source
from emfair.nxem.annotations import parse_annotations
from emfair.nxem.facts import check, facts_of, settle, used
from emfair.nxem.said import form_facts
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Signal

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def fact(source: Source, number: float | None = 1.0, *, key: str = "beam_current", **rest) -> Fact:
    return Fact(key=key, value_num=number, source=source, **rest)


def test_sources_win_in_their_order_and_the_others_say_why_not():
    facts = settle([fact(source, key="model") for source in reversed(Source)])
    assert [each.source for each in facts] == list(Source)
    assert [each.replaced_by for each in facts] == ["", *["form"] * (len(Source) - 1)]
    assert facts[1].reason == "form comes first"


def test_among_equals_the_first_wins():
    first, second = settle([fact(Source.VENDOR, 1), fact(Source.VENDOR, 2)])
    assert (first.value_num, first.replaced_by) == (1, "")
    assert second.replaced_by == "vendor"


def test_a_doubtful_fact_neither_wins_nor_is_replaced():
    facts = settle([fact(Source.FORM, warning="odd"), fact(Source.VENDOR, 2)])
    assert [each.replaced_by for each in facts] == ["", ""]
    assert used(facts)["beam_current"].value_num == 2


def test_facts_are_sorted_by_key():
    facts = settle([fact(Source.FORM, key=key) for key in ("rotation", "defocus", "model")])
    assert [each.key for each in facts] == ["defocus", "model", "rotation"]


@pytest.mark.parametrize(
    ("key", "number", "possible"),
    [("working_distance", -0.001, False), ("tilt_beta", 5.95, False), ("defocus", -1e-6, True),
     ("acceleration_voltage", 2e5, True), ("acceleration_voltage", 0, False),
     ("magnification", 1e12, False), ("defocus", math.nan, False), ("magnification", math.inf,
     False)],
)  # fmt: skip
def test_an_impossible_value_is_kept_and_not_used(key, number, possible):
    checked = check(fact(Source.VENDOR, number, key=key))
    assert str(checked.value_num) == str(float(number))
    assert checked.warning == ("" if possible else "impossible value: not used")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("2026-01-22T12:14:12+01:00", ""),
        ("2026-01-22T12:14:12Z", ""),
        ("2026-01-22T12:14:12", "has no time zone: not used"),
        ("2026-01-22", "has no time zone: not used"),
        ("22 Jan 2026", "not an ISO 8601 time: not used"),
        ("1985-01-01T00:00:00+00:00", ""),
        ("1984-12-31T23:59:59+00:00", "impossible value, before 1985: not used"),
        ("1904-01-01T00:00:00Z", "impossible value, before 1985: not used"),
        ("2100-01-03T00:00:00Z", "impossible value, after 2100: not used"),
    ],
)
def test_a_time_needs_a_zone_to_be_used(text, warning):
    checked = check(fact(Source.VENDOR, None, key="start_time", value_text=text))
    assert checked.warning == warning


def test_a_person_may_speak_of_an_older_time_than_any_file():
    """Plates of 1975 are scanned today."""
    old = fact(Source.FORM, None, key="start_time", value_text="1975-06-01T12:00:00+01:00")
    assert check(old).warning == ""


@pytest.mark.parametrize("source", [Source.FORM, Source.VENDOR])
@pytest.mark.parametrize("key", ["start_time", "end_time", "preparation_date"])
def test_nothing_happened_after_the_deposit(source, key):
    sealed = datetime(2026, 1, 22, 12, tzinfo=UTC)
    late = fact(source, None, key=key, value_text="2026-01-23T12:00:01+00:00")
    assert check(late, sealed).warning == "impossible value, later than the deposit: not used"
    assert check(late).warning == ""
    night = late.model_copy(update={"value_text": "2026-01-23T11:59:00+00:00"})
    assert check(night, sealed).warning == ""  # a clock in another zone


def test_a_time_after_the_deposit_leaves_the_word_to_the_next_source(corpus):
    signal = read_signals(corpus / "dm3_2D_data" / "test_STEM_image.dm3")[0]
    sealed = datetime(2025, 1, 1, tzinfo=UTC)
    notes = parse_annotations({"files": {"a": {"start_time": "2026-01-22T12:00:00Z"}}})
    assert used(facts_of(signal, "a", notes))["start_time"].source is Source.FORM
    assert used(facts_of(signal, "a", notes, latest=sealed))["start_time"].source is Source.VENDOR


def test_when_the_experiment_began_counts_for_files_that_do_not_say_it(corpus):
    notes = parse_annotations({"start_time": "2026-01-22T12:00:00Z"})
    says, says_not = (
        used(facts_of(read_signals(corpus / name)[0], "a", notes))["start_time"]
        for name in ("dm3_2D_data/test_STEM_image.dm3", "FEI_new/128x128-TEM_search.emi")
    )
    assert says.source is Source.VENDOR
    assert (says_not.source, says_not.source_path) == (Source.FORM, "start_time")


def test_every_value_that_was_not_used_says_why(corpus, velox, complete):
    for path in (corpus / "dm3_2D_data" / "multi_signal.dm3", velox / "fei_emd_image.emd"):
        for signal in read_signals(path):
            facts = facts_of(signal, path.name, complete)
            chosen = set(map(id, used(facts).values()))
            for one in facts:
                if id(one) not in chosen:
                    assert one.warning or (one.replaced_by and one.reason)
                    assert one.source_path or one.source is Source.DERIVED


def test_what_the_form_says_replaces_the_files_word_and_both_are_kept(corpus):
    signal = read_signals(corpus / "dm3_2D_data" / "test_STEM_image.dm3")[0]
    notes = parse_annotations({"measurement": {"acceleration_voltage": "80 kV"}})
    facts = facts_of(signal, "a.dm3", notes)
    form, vendor = [each for each in facts if each.key == "acceleration_voltage"]
    assert (form.value_num, form.raw, form.source) == (8e4, "80 kV", Source.FORM)
    assert (vendor.value_num, vendor.replaced_by) == (2e5, "form")
    assert used(facts)["acceleration_voltage"] is form


def test_a_files_own_notes_come_before_the_experiments():
    notes = parse_annotations(
        {
            "start_time": "2026-01-22T12:00:00Z",
            "measurement": {"camera_length": "1 m"},
            "files": {
                "d/a.dm4": {
                    "title": "grain 3",
                    "start_time": "2026-01-22T13:00:00Z",
                    "measurement": {"camera_length": "2 m"},
                }
            },
        }
    )
    own = used(settle(form_facts(notes, "d/a.dm4")))
    assert own["camera_length"].value_num == 2
    assert own["camera_length"].source_path == "files.d/a.dm4.measurement.camera_length"
    assert own["start_time"].value_text == "2026-01-22T13:00:00+00:00"
    assert own["title"].value_text == "grain 3"
    other = used(settle(form_facts(notes, "d/b.dm4")))
    assert other["camera_length"].value_num == 1
    assert other["start_time"].value_text == "2026-01-22T12:00:00+00:00"
    assert "title" not in other


def test_the_experiments_title_is_not_each_measurements():
    assert form_facts(Annotations(title="Grain boundaries"), "a.dm4") == []


def test_the_forms_values_are_facts_with_their_field(complete):
    found = {each.key: each for each in form_facts(complete, "a")}
    assert found["atom_types"].value_text == "Si,O"
    assert found["is_simulation"].value_text == "False"
    assert found["thickness"].value_num == pytest.approx(5e-8)
    assert (found["thickness"].unit, found["thickness"].raw) == ("m", "50 nm")
    assert found["model"].source_path == "instrument.model"


def test_a_quantity_that_slipped_through_names_its_field():
    notes = Annotations(sample=SampleNotes(thickness="thin"))
    with pytest.raises(BadAnnotations) as caught:
        form_facts(notes, "a")
    assert caught.value.subject == "sample.thickness"


def test_a_tag_that_cannot_be_hides_none_that_can():
    inner = {"Microscope Info": {"Voltage": 200000.0}}
    image = {"Microscope Info": {"Voltage": 0.0}, "source": {"Tags at creation": inner}}
    signal = Signal(
        index=0,
        title="",
        reader="DigitalMicrograph",
        data=np.zeros((2, 2)),
        axes=(),
        tags={"ImageList": {"TagGroup0": {"ImageTags": image}}},
    )
    facts = [f for f in facts_of(signal, "a.dm3", Annotations()) if f.key == "acceleration_voltage"]
    assert used(facts)["acceleration_voltage"].value_num == 200000.0
    assert [fact.raw for fact in facts if fact.warning] == ["0.0"]


def test_of_two_tags_of_one_file_the_one_that_counts_is_named():
    facts = [
        Fact(key="detector", value_text=name, source=Source.VENDOR, source_path=f"Tags/{name}",
             raw=name, extractor="t", extractor_version="1")
        for name in ("HAADF", "BF")
    ]  # fmt: skip
    assert [fact.reason for fact in settle(facts)] == ["", "Tags/HAADF comes first"]


def test_a_profile_says_what_a_file_does_not_and_no_more():
    """A microscope with 300 kV in its profile is used with 80 kV, too."""
    of_all = fact(Source.PROFILE, 3e5, key="acceleration_voltage")
    says = fact(Source.VENDOR, 8e4, key="acceleration_voltage")
    assert used(settle([of_all, says]))["acceleration_voltage"] is not of_all
    assert used(settle([of_all]))["acceleration_voltage"].value_num == 3e5
    registered = fact(Source.PROFILE, None, key="model", value_text="Titan 80-300")
    written = fact(Source.VENDOR, None, key="model", value_text="FEI Tecnai Remote")
    assert used(settle([written, registered]))["model"].value_text == "Titan 80-300"
