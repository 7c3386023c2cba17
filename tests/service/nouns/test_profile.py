"""What an instrument's profile can say."""

from __future__ import annotations

from emfair.model.nouns import InstrumentCard
from emfair.nxem.keys import keys
from emfair.service.form import value_at
from emfair.service.nouns.edits import document_of
from emfair.service.nouns.profile import profile_fields


def test_a_profile_has_the_fields_of_instrument_and_measurement_and_requires_none():
    fields = {field.name: field for field in profile_fields()}
    measured = {f"profile.measurement.{key.key}" for key in keys().values() if not key.form}
    assert measured < fields.keys()
    assert "profile.instrument.vendor" in fields
    assert not any(name.startswith("profile.sample") for name in fields)
    assert not any(field.required for field in fields.values())
    assert fields["profile.measurement.acceleration_voltage"].about["unit"]["shown"]["text"] == "kV"


def test_a_field_finds_its_value_in_the_card():
    card = InstrumentCard.model_validate(
        {"title": "T", "profile": {"measurement": {"acceleration_voltage": "300 kV"}}}
    )
    found = {field.name: value_at(document_of(card), field.name) for field in profile_fields()}
    assert {name: value for name, value in found.items() if value} == {
        "profile.measurement.acceleration_voltage": "300 kV"
    }
