"""What subjects are called."""

from __future__ import annotations

from emfair.model.nouns import InstrumentCard
from emfair.service.naming import names
from tests.service.nouns.logins import access, subject


def test_people_and_instruments_have_names(services):
    stew = access(services, "stew")
    card = InstrumentCard(title="Titan")
    services.registry.instruments.create("titan", card=card, actor=stew.subject)
    assert names(services, [subject("stew"), "instrument:titan", "instrument:none", "x"]) == {
        subject("stew"): "Stew",
        "instrument:titan": "Titan",
    }
