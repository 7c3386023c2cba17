"""Facts in the units people use: 200000 V → ``200 kV``."""

from __future__ import annotations

from emfair.model.facts import Fact
from emfair.nxem.keys import keys
from emfair.units import convert


def shown(fact: Fact) -> str:
    """Return a fact's value as people read it."""
    return fact.value_text if fact.value_num is None else quantity(fact.key, fact.value_num)


def quantity(name: str, number: float) -> str:
    """Return an SI number of key `name` as people read it."""
    key = keys().get(name)
    if key is None or not key.shown:
        return _number(number)
    unit = {"°": "degree"}.get(key.shown, key.shown)
    return f"{_number(convert(number, key.unit, unit))} {key.shown}"


def _number(value: float) -> str:
    return f"{value + 0.0:.6g}"  # -0.0 + 0.0 is 0.0
