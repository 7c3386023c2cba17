"""Values as people read them: 200 kV for 200000 V, 4 µm for 4000 nm, 4D data for ``image_4d``.

The one place that decides; its table is ``show.yaml``. What does not belong here: what stands in
index, API and files, which is SI, and how pages are laid out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from emfair.model.facts import Fact
from emfair.nxem.keys import keys
from emfair.units import convert

_USUAL_FROM, _USUAL_TO = 0.1, 1000
"""Between these a number keeps the unit that its key usually has."""
_LONGEST = 1e9
"""Whole numbers below are written out."""
_DIGITS = 6
_FLAGS = {"true": "yes", "false": "no"}


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KindWords(_Row):
    """What a kind of data is called; `spectra` where spectra of that name are called otherwise."""

    word: str
    spectra: str = ""


class ShowRules(_Row):
    """The whole table; see the comments there."""

    units: tuple[dict[str, float], ...]
    spelled: dict[str, str]
    kinds: dict[str, KindWords]
    parts: dict[str, tuple[str, ...]]
    ranges: dict[str, str]


@cache
def show_rules() -> ShowRules:
    """Return the table."""
    text = files("emfair.nxem").joinpath("show.yaml").read_text("utf-8")
    return ShowRules.model_validate(yaml.load(text, yaml.CSafeLoader))


def shown(fact: Fact, digits: int = _DIGITS) -> str:
    """Return a fact's value as people read it, a number of `digits`; truths as ``yes``, ``no``."""
    key = keys().get(fact.key)
    if fact.value_num is not None:
        if key is not None:
            return quantity(fact.key, fact.value_num, digits)
        return with_unit(fact.value_num, fact.unit, digits)
    if key is not None and key.kind == "flag":
        return _FLAGS.get(fact.value_text.casefold(), fact.value_text)
    return fact.value_text


def quantity(name: str, number: float, digits: int = _DIGITS) -> str:
    """Return an SI number of key `name` as people read and type it: ``24.95°``, ``-1.2 µm``."""
    key = keys().get(name)
    if key is None or not key.shown:
        return with_unit(number, "", digits)
    usual = _rounded(convert(number, key.unit, pint_name(key.shown)))
    if usual == 0 or _USUAL_FROM <= abs(usual) < _USUAL_TO:
        return with_unit(usual, key.shown, digits)
    return with_unit(*adapted(usual, key.shown), digits)


def adapted(number: float, unit: str) -> tuple[float, str]:
    """Return a quantity in the unit of its family in which people say so much of it.

    >>> adapted(4000.0, "nm"), adapted(0.002, "s"), adapted(5.0, "eV")
    ((4.0, 'µm'), (2.0, 'ms'), (5.0, 'eV'))
    """
    family = _family(unit)
    if not family or number == 0:
        return number, unit
    told = [
        (_rounded(convert(number, unit, other)), other, least) for other, least in family.items()
    ]
    fitting = [(size, other) for size, other, least in told if abs(size) >= least]
    return fitting[-1] if fitting else (number, unit)


@cache
def _family(unit: str) -> dict[str, float]:
    """Return the family of a unit, however it is spelled (``nm**-1``); else none."""
    for family in show_rules().units if unit else ():
        with suppress(ValueError):
            if any(math.isclose(convert(1.0, unit, other), 1.0) for other in family):
                return family
    return {}


def with_unit(number: float, unit: str, digits: int = _DIGITS) -> str:
    """Return a number of at most six digits with its unit; with fewer `digits`, if it is broken.

    >>> with_unit(200.0, "kV"), with_unit(1234567.8, ""), with_unit(24.95, "°")
    ('200 kV', '1.23457e+06', '24.95°')
    >>> with_unit(1e6, "")
    '1000000'
    >>> with_unit(5.00001, "mm", 4), with_unit(12345.0, "", 4), with_unit(12345.6, "nm", 4)
    ('5 mm', '12345', '12350 nm')
    """
    if digits < _DIGITS and not float(number).is_integer():
        number = float(f"{number:.{digits}g}")
    plain = 1e6 <= abs(number) < _LONGEST and float(number).is_integer()
    text = f"{number:.0f}" if plain else f"{number + 0.0:.{_DIGITS}g}"  # -0.0 + 0.0 is 0.0
    return f"{text}°" if unit == "°" else f"{text} {unit}".strip()


def _rounded(number: float) -> float:
    """Return a number of six digits: units are chosen by what is read."""
    return float(f"{number:.{_DIGITS}g}")


def pint_name(unit: str) -> str:
    """Return how `emfair.units.convert` calls the unit that people write."""
    return show_rules().spelled.get(unit, unit)


def kind_in_words(kind: str, shape: Sequence[int] = ()) -> str:
    """Return what people call a kind of data; without `shape` what it mostly is.

    >>> kind_in_words("image_2d", (512, 512)), kind_in_words("stack_2d", (3, 64, 64, 2048))
    ('image', 'stack of spectrum images')
    """
    words = show_rules().kinds.get(kind)
    if words is None:
        return kind.replace("_", " ")
    rank = int(kind[-2])  # stack_2d
    return words.spectra if words.spectra and len(shape) == rank + 2 else words.word


def in_parts(names: Iterable[str]) -> dict[str, list[str]]:
    """Sort keys as people look for them: by part, what is looked for first in part ``""``."""
    left = dict.fromkeys(names)
    parts = {
        part: [name for name in members if name in left]
        for part, members in show_rules().parts.items()
    }
    known = {name for members in parts.values() for name in members}
    parts["Other"] = [name for name in left if name not in known]
    return {part: members for part, members in parts.items() if members}
