"""Round numbers, written short. What does not belong here: their units (`emfair.nxem.show`)."""

from __future__ import annotations

import math
from collections.abc import Sequence


def round_below(value: float) -> float:
    """Return the largest of 1, 2, 5 × 10ⁿ that is not above `value`."""
    magnitude = 10.0 ** math.floor(math.log10(value))
    for digit in (5, 2, 1):
        if digit * magnitude <= value * (1 + 1e-9):
            return digit * magnitude
    return magnitude


def marks(low: float, high: float, wanted: int) -> Sequence[float]:
    """Return about `wanted` round numbers from `low` to `high`; none if that is no span."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return ()
    step = round_below(span / wanted)
    found = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    return [number * step for number in found] if len(found) <= 4 * wanted else ()


def short(number: float, step: float = 0.0) -> str:
    """Return a number as it stands at an axis: 0.5, 300, 20k, 1.5M, 2e-9; below half a `step` 0."""
    size = abs(number)
    if size <= step / 2:
        return "0"
    for factor, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if factor <= size < 1e12:
            return f"{number / (1e3 if letter == 'k' else factor):.6g}{letter}"
    return f"{number:.6g}" if 1e-3 <= size < 1e12 else f"{number:.3g}"
