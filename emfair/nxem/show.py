"""Facts in the units people use: 200000 V → ``200 kV``."""

from __future__ import annotations

from emfair.model.facts import Fact
from emfair.nxem.keys import keys
from emfair.units import convert


def shown(fact: Fact) -> str:
    """Return a fact's value as people read it."""
    if fact.value_num is None:
        return fact.value_text
    key = keys().get(fact.key)
    if key is None or not key.shown:
        return _number(fact.value_num)
    unit = {"°": "degree"}.get(key.shown, key.shown)
    return f"{_number(convert(fact.value_num, key.unit, unit))} {key.shown}"


def _number(value: float) -> str:
    return f"{value + 0.0:.6g}"  # -0.0 + 0.0 is 0.0
