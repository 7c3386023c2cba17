"""Instruments, as any face finds and edits them."""

from __future__ import annotations

import pytest

from emfair.errors import BadAnnotations, NotFound, Outdated
from emfair.model.nouns import InstrumentCard, Profile
from emfair.service.access import Access, Granted
from emfair.service.nouns import instruments
from tests.service.nouns.logins import access


def card(**measurement):
    return InstrumentCard(title="Titan", profile=Profile(measurement=measurement))


def test_a_profile_holds_what_an_annotation_could(services):
    stew = access(services, "stew", "emfair-steward")
    row = instruments.create_instrument(stew, card(acceleration_voltage="300 kV"))
    assert row.card.profile.measurement == {"acceleration_voltage": "300 kV"}
    editing = Granted(stew, row)
    for wrong in ({"voltage": "300 kV"}, {"acceleration_voltage": "300"}):
        with pytest.raises(BadAnnotations) as told:
            instruments.edit_instrument(editing, card(**wrong), expected_version=1)
        assert told.value.subject == f"profile.measurement.{next(iter(wrong))}"
    instruments.edit_instrument(editing, card(), expected_version=1)
    with pytest.raises(Outdated):
        instruments.edit_instrument(editing, card(), expected_version=1)


def test_instruments_are_for_who_is_known(services):
    instruments.create_instrument(access(services, "stew", "emfair-steward"), card())
    assert [row.id for row in instruments.instruments(access(services, "eve")).rows] == ["titan"]
    assert instruments.instruments(Access(services, None)).rows == ()
    with pytest.raises(NotFound):
        instruments.instruments(access(services, "eve"), after="none")
