"""Quantities as people at a microscope type them: ``200 kV``, ``30 e/Å²/s``, ``20,000x``.

What does not belong here: how a unit is spelled (`emfair.units`), ranges (`emfair.service.ranges`),
and what a key's number may be (`emfair.nxem.keys`).
"""

from __future__ import annotations

import re

from emfair.errors import BadAnnotations
from emfair.units import convert, pint_unit, plain

_QUANTITY = re.compile(
    r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)((?:\s|[^\d.,]).*)?", re.DOTALL
)
_GROUPED = re.compile(
    r"(?<![\d.,])\d{1,3}(?:(?:,\d{3})+(?!\s*[kKM])|(?:[ \xa0\u2009\u202f]\d{3})+)(?![\d.,])"
)
"""A whole number in groups of three digits; ``1,500 kx`` may be 1.5 kx, and is none."""
_TIMES = re.compile(r"([kKM]?)\s*[xX×]?")
_THOUSANDS = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6}
_LONGEST = 40  # characters of a unit
_PER_AREA = re.compile(r"1/\(?m\^2\b")
_ELECTRONS = re.compile(r"(?:(?:e|el|electrons?)(?![^\W\d])(?:\^?-(?!\d))?|1)?(.*)")
_FACTOR = re.compile(r"\s*(/|per\b)?[\s*·⋅.]*([^\W\d_]+)\s*(?:\^|\*\*)?\s*(-?\d)?\s*")
_PREFIXES = {
    "V": ("", "k", "M"),
    "A": ("", "m", "µ", "n", "p"),
    "m": ("", "m", "µ", "n", "p"),
    "s": ("", "m", "µ", "n"),
    "rad": ("", "m", "µ"),
}
"""What stands before a unit where electron microscopes are spoken of."""


def read_quantity(text: str, si_unit: str, shown: str, field: str) -> float:
    """Read what a person typed (``200 kV``, ``1.2 nm``, ``24.95°``) as a number in `si_unit`.

    A pure number may be ``20 kx`` or ``20 000 ×``. Where something per area is asked for (a dose
    rate), electrons are counted, so that ``e`` is 1, and ``A`` is the ångström.

    Raises
    ------
    BadAnnotations
        There is no number, the unit is missing or unknown, or it measures something else.
    """
    match = _QUANTITY.fullmatch(ungrouped(text, si_unit).replace("−", "-"))
    example = f"Write a number and its unit, like '1.5 {shown}'." if shown else "Write a number."
    if not match:
        remedy = f"A point, no comma: write {pointed(text)}." if has_comma(text) else example
        raise BadAnnotations(f"{text!r} is not a quantity.", subject=field, remedy=remedy)
    number, written = float(match[1]), (match[2] or "").strip()
    remedy = f"{did_you_mean(written, si_unit)} {example}".strip()
    times, unit = _unit(written, si_unit)
    if unit is None or (unit == "" and si_unit):
        what = f"has an unknown unit, {written!r}." if written else "has no unit."
        raise BadAnnotations(f"{text!r} {what}", subject=field, remedy=remedy)
    try:
        return convert(number * times, unit, si_unit)
    except ValueError as error:
        raise BadAnnotations(f"{text!r}: {error}.", subject=field, remedy=remedy) from error


def ungrouped(text: str, si_unit: str) -> str:
    """Return `text` with pure numbers in one piece; where there is a unit, it stays.

    >>> ungrouped("20,000x", ""), ungrouped("1,500 kx", ""), ungrouped("1,500 V", "V")
    ('20000x', '1,500 kx', '1,500 V')
    """
    if si_unit:
        return text
    return _GROUPED.sub(lambda found: re.sub(r"\D", "", found[0]), text)


def has_comma(text: str) -> bool:
    """Tell whether a number in `text` has a comma, of which nobody knows what it means."""
    return re.search(r"\d,\d", text) is not None


def pointed(text: str) -> str:
    """Return what may be written instead of numbers with commas.

    >>> pointed("3,5 °"), pointed("1,500 V"), pointed("1,234,567 V")
    ('3.5 °', '1.500 V or 1500 V', '1234567 V')
    """
    as_point, joined = (re.sub(r"(?<=\d),(?=\d)", sign, text.strip()) for sign in (".", ""))
    if re.search(r"\d,\d+,\d", text):
        return joined
    thousands = re.search(r"(?<!\d)[1-9]\d{0,2},\d{3}(?!\d)", text)
    return f"{as_point} or {joined}" if thousands else as_point


def did_you_mean(written: str, si_unit: str) -> str:
    """Ask for the units that differ from what is `written` by capitals alone; ``""`` if none.

    >>> did_you_mean("kv", "V"), did_you_mean("kV", "V")
    ('Did you mean kV?', '')
    """
    known = [f"{prefix}{si_unit}" for prefix in _PREFIXES.get(si_unit, ())]
    said = plain(written)
    alike = [one for one in known if one.casefold() == said.casefold() and one != said]
    return f"Did you mean {' or '.join(alike)}?" if alike else ""


def _unit(written: str, si_unit: str) -> tuple[float, str | None]:
    """Return how often, and Pint's spelling of the unit, as `units.pint_unit`."""
    times = _TIMES.fullmatch(written)
    if not si_unit and times:
        return _THOUSANDS[times[1]], ""
    counted = None
    if _PER_AREA.match(si_unit) and len(written) <= _LONGEST:
        counted = _per_area(written)
    return 1.0, counted or pint_unit(written)


def _per_area(written: str) -> str | None:
    """Return ``1/(angstrom^2*s)`` of ``e/Å²/s``, ``e/A^2 s``, ``e⁻ Å⁻² s⁻¹``; None of others.

    What stands behind a slash is all below it.
    """
    electrons = _ELECTRONS.fullmatch(re.sub(r"[()\s]+", " ", plain(written)).strip())
    rest = electrons[1] if electrons else ""
    place, below = 0, False
    units: list[str] = []
    while place < len(rest):
        factor = _FACTOR.match(rest, place)
        if factor is None:
            return None
        place, below = factor.end(), below or factor[1] is not None
        unit = pint_unit({"A": "Å"}.get(factor[2], factor[2]))
        power = int(factor[3] or 1) * (1 if below else -1)
        if not unit or power < 1:
            return None
        units.append(f"{unit}^{power}")
    return f"1/({'*'.join(units)})" if units else None
