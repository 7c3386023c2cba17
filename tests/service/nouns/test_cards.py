"""Cards of any kind."""

from __future__ import annotations

import pytest

from emfair.errors import TooMuch
from emfair.model.nouns import InstrumentCard, Named
from emfair.service.nouns import instruments
from tests.service.nouns.logins import access


def test_a_card_has_a_bound_however_it_is_filled(services):
    steward = access(services, "stew", "emfair-steward")
    makers = tuple(Named(name=f"maker {number}") for number in range(3000))
    card = InstrumentCard(title="T", manufacturers=makers)
    with pytest.raises(TooMuch, match="are the most"):
        instruments.create_instrument(steward, card)
