"""The cards of projects, proposals, samples, instruments and people."""

import pytest
from pydantic import ValidationError

from emfair.model.canonical import canonical_json
from emfair.model.nouns import (
    InstrumentCard,
    PersonCard,
    ProjectCard,
    ProposalCard,
    SampleCard,
)

TITAN = {
    "title": "Titan",
    "identifier": "10.5072/titan",
    "identifier_type": "DOI",
    "landing_page": "https://example.org/titan",
    "owners": [{"name": "Lab", "contact": "lab@example.org"}],
    "manufacturers": [
        {"name": "FEI", "identifier": "https://ror.org/0529fhg32", "identifier_type": "ROR"}
    ],
    "model": {"name": "Titan 80-300"},
    "dates": [{"on": "2009-03-01", "type": "Commissioned"}],
    "related_identifiers": [
        {"identifier": "10.5072/x", "identifier_type": "DOI", "relation": "IsDescribedBy"}
    ],
    "alternate_identifiers": [
        {"identifier": "3122", "type": "SerialNumber"},
        {"identifier": "inv-7", "type": "InventoryNumber"},
    ],
    "profile": {
        "instrument": {"vendor": "FEI"},
        "measurement": {"acceleration_voltage": "300 kV"},
    },
}


@pytest.mark.parametrize("card", [ProjectCard, ProposalCard, SampleCard, InstrumentCard])
def test_a_title_is_enough_and_must_be_there(card):
    assert card(title=" Steel ").title == "Steel"
    for wrong in ({}, {"title": " "}, {"title": "x" * 501}, {"title": "x", "colour": "red"}):
        with pytest.raises(ValidationError):
            card.model_validate(wrong)


def test_a_whole_instrument_comes_back_from_its_json():
    card = InstrumentCard.model_validate(TITAN)
    assert InstrumentCard.model_validate_json(canonical_json(card)) == card
    assert card.serial_numbers == ("3122",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"landing_page": "http://example.org/titan"},
        {"landing_page": "javascript:alert(1)"},
        {"landing_page": "https://user:secret@example.org/"},
        {"landing_page": "https:///titan"},
        {"landing_page": "https://example.org:port/"},
        {"landing_page": "https://example.org/a b"},
        {"identifier_type": None},
        {"identifier": None},
        {"dates": [{"on": "2009-03-01", "type": "Bought"}]},
        {"dates": [{"on": "yesterday", "type": "Commissioned"}]},
        {"manufacturers": [{"name": "FEI", "identifier": "x"}]},
        {"owners": [{"name": "Lab", "contact": "nobody"}]},
        {"related_identifiers": [{"identifier": "x", "identifier_type": "DOI", "relation": "Is"}]},
        {"profile": {"sample": {"name": "not the instrument's"}}},
    ],
)
def test_what_is_no_instrument_is_refused(wrong):
    with pytest.raises(ValidationError):
        InstrumentCard.model_validate(TITAN | wrong)


def test_a_sample_is_made_of_elements_each_named_once():
    assert SampleCard(title="q", elements=("Si", "O"), formula="SiO2").elements == ("Si", "O")
    for wrong in (("Si", "Si"), ("Quartz",)):
        with pytest.raises(ValidationError):
            SampleCard(title="q", elements=wrong)


def test_a_card_is_not_changed_in_place():
    with pytest.raises(ValidationError, match="frozen"):
        SampleCard(title="q").title = "other"


def test_a_persons_orcid_and_address_are_looked_at():
    ada = PersonCard(name="Ada", email="ada@example.org", orcid="0000-0002-1825-0097")
    assert ada.orcid == "0000-0002-1825-0097"
    for wrong in ({"orcid": "0000-0002-1825-0098"}, {"email": "ada"}, {"email": "a b@c"}):
        with pytest.raises(ValidationError):
            PersonCard.model_validate({"name": "Ada"} | wrong)
