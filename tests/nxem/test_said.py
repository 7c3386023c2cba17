"""What the registry's records say of a measurement, and where."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from emfair.model.context import (
    Context,
    RecordedInstrument,
    RecordedProject,
    RecordedProposal,
    RecordedSample,
)
from emfair.model.facts import Source
from emfair.model.nouns import InstrumentCard, ProjectCard, ProposalCard, SampleCard
from emfair.nxem.annotations import parse_annotations
from emfair.nxem.doubts import doubts
from emfair.nxem.facts import facts_of, settle, used
from emfair.nxem.said import form_facts, record_facts
from emfair.vendor.read import read_signals

WHOLE_SAMPLE = {
    "title": "Quartz lamella 3",
    "description": "cut by FIB",
    "elements": ["Si", "O"],
    "physical_form": "foil",
    "preparation_date": "2026-01-20T00:00:00+01:00",
    "is_simulation": False,
    "thickness": "80 nm",
    "identifier": "10273/AB12",
}
WHOLE_INSTRUMENT = {
    "title": "Titan in room 7",
    "manufacturers": [{"name": "FEI"}],
    "model": {"name": "Titan 80-300"},
    "alternate_identifiers": [{"identifier": "3122", "type": "SerialNumber"}],
    "profile": {
        "instrument": {"location": "Room 7", "model": "Titan G2"},
        "measurement": {"convergence_angle": "22 mrad", "technique": "STEM imaging"},
    },
}


def context(sample: dict | None = None, instrument: dict | None = None) -> Context:
    return Context(
        project=RecordedProject(id="minerals", version=1, card=ProjectCard(title="Minerals")),
        proposal=RecordedProposal(id="q-1", version=1, card=ProposalCard(title="Q")),
        sample=RecordedSample(
            id="s-1", version=4, card=SampleCard.model_validate(sample or {"title": "S"})
        ),
        instrument=instrument
        and RecordedInstrument(
            id="titan", version=2, card=InstrumentCard.model_validate(instrument)
        ),
    )


def told(of: Context) -> dict[str, tuple]:
    facts = used(settle(record_facts(of)))
    return {
        key: (fact.value_num if fact.value_num is not None else fact.value_text, fact.source_path)
        for key, fact in facts.items()
    }


def test_a_samples_card_fills_all_that_an_annotation_says_of_a_sample():
    where = "sample s-1, version 4: "
    assert told(context(WHOLE_SAMPLE)) == {
        "sample_name": ("Quartz lamella 3", where + "title"),
        "sample_description": ("cut by FIB", where + "description"),
        "atom_types": ("Si,O", where + "elements"),
        "physical_form": ("foil", where + "physical_form"),
        "preparation_date": ("2026-01-20T00:00:00+01:00", where + "preparation_date"),
        "is_simulation": ("False", where + "is_simulation"),
        "thickness": (pytest.approx(8e-8), where + "thickness"),
        "sample_identifier": ("10273/AB12", where + "identifier"),
    }
    assert {one.source for one in record_facts(context(WHOLE_SAMPLE))} == {Source.RECORD}


def test_a_records_word_reads_as_the_same_word_on_the_form():
    names = {"elements": "atom_types", "title": "name"}
    notes = {names.get(name, name): value for name, value in WHOLE_SAMPLE.items()}
    form = {
        one.key: (one.value_num, one.value_text, one.unit, one.raw)
        for one in form_facts(parse_annotations({"sample": notes}), "a.dm3")
    }
    record = {
        one.key: (one.value_num, one.value_text, one.unit, one.raw)
        for one in record_facts(context(WHOLE_SAMPLE))
    }
    assert record == form


def test_an_instruments_profile_comes_before_its_card():
    where = "instrument titan, version 2: "
    found = told(context(instrument=WHOLE_INSTRUMENT))
    del found["sample_name"]
    assert found == {
        "vendor": ("FEI", where + "manufacturers"),
        "model": ("Titan G2", where + "profile.instrument.model"),
        "serial_number": ("3122", where + "alternate_identifiers"),
        "instrument_name": ("Titan in room 7", where + "title"),
        "instrument_location": ("Room 7", where + "profile.instrument.location"),
        "convergence_angle": (
            pytest.approx(0.022),
            where + "profile.measurement.convergence_angle",
        ),
        "technique": ("STEM imaging", where + "profile.measurement.technique"),
    }


def test_of_two_makers_or_serial_numbers_none_is_taken():
    two = {
        "title": "A column and a camera",
        "manufacturers": [{"name": "FEI"}, {"name": "Gatan"}],
        "alternate_identifiers": [
            {"identifier": "1", "type": "SerialNumber"},
            {"identifier": "2", "type": "SerialNumber"},
        ],
    }
    assert set(told(context(instrument=two))) == {"instrument_name", "sample_name"}


@pytest.mark.parametrize("text", ["80", "a few layers", "80 kV", "1 km"])
def test_a_quantity_that_no_longer_reads_costs_itself_alone(text):
    bad = context(WHOLE_SAMPLE | {"thickness": text})
    (fact,) = (one for one in record_facts(bad) if one.key == "thickness")
    assert (fact.value_num, fact.raw) == (None, text)
    assert "not used" in fact.warning
    assert {"sample_name", "atom_types"} <= set(told(bad))
    assert "thickness" not in told(bad)


def test_a_key_that_emfair_knows_no_more_is_passed_over():
    old = {"title": "T", "profile": {"measurement": {"phase_of_the_moon": "full"}}}
    assert set(told(context(instrument=old))) == {"instrument_name", "sample_name"}


def test_the_form_comes_before_the_record_and_the_record_before_the_file(corpus):
    signal = read_signals(corpus / "dm3_2D_data" / "test_STEM_image.dm3")[0]
    records = context(
        {"title": "S", "elements": ["Fe"]},
        {"title": "T", "profile": {"instrument": {"model": "Titan 80-300"}}},
    )
    plain = parse_annotations({})
    profile, *vendor = (
        one for one in facts_of(signal, "a", plain, context=records) if one.key == "model"
    )
    assert (profile.value_text, profile.source, profile.replaced_by) == (
        "Titan 80-300", Source.PROFILE, ""
    )  # fmt: skip
    assert [(one.source, one.replaced_by, one.reason) for one in vendor] == [
        (Source.VENDOR, "profile", "profile comes first")
    ]
    notes = parse_annotations({"sample": {"atom_types": ["Cu"]}})
    form, record = (
        one for one in facts_of(signal, "a", notes, context=records) if one.key == "atom_types"
    )
    assert (form.value_text, record.value_text) == ("Cu", "Fe")
    assert (record.replaced_by, record.reason) == ("form", "form comes first")


def test_a_name_on_the_form_may_differ_from_the_records_and_not_from_the_files():
    form = form_facts(parse_annotations({"sample": {"name": "quartz", "thickness": "1 nm"}}), "a")
    facts = settle([*form, *record_facts(context({"title": "Box 7", "thickness": "1 µm"}))])
    (finding,) = doubts(facts, "a")
    assert finding.field == "sample.thickness"
    assert "the sample's record something else" in finding.message
    assert "sample s-1, version 4: thickness" in finding.hint


def test_a_context_goes_to_another_process_and_into_the_lake_as_it_is():
    one = context(WHOLE_SAMPLE, WHOLE_INSTRUMENT)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301  our own
    assert Context.model_validate_json(one.model_dump_json()) == one
    assert one.sample.card.preparation_date == datetime(2026, 1, 19, 23, tzinfo=UTC)
