"""Instruments: seen by everyone who is known, whatever project they work in."""

from __future__ import annotations

from emfair.model.nouns import InstrumentCard
from emfair.registry.cards import Cards
from emfair.registry.tables import instrument


class Instruments(Cards[InstrumentCard]):
    """The instruments of one registry."""

    noun = "instrument"
    table = instrument
    card = InstrumentCard
