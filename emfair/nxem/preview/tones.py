"""From numbers to shades: a stretch that shows what is there, and marks what is not known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FAR = 1e100
"""What lies farther from 0 is taken for this: its differences can be divided."""
UNKNOWN = (142, 106, 178)
"""The colour of what is infinite or not a number: no shade of grey."""
_GREY = 128
_MANY = 1 << 20

Values = NDArray[Any]
Shades = NDArray[np.uint8]


@dataclass(frozen=True)
class Tones:
    """Shades between `low`, black, and `high`, white; `gamma` below 1 lifts what is dark."""

    low: float
    high: float
    gamma: float = 1.0

    def of(self, values: Values) -> Shades:
        """Return grey shades, shape (rows, columns), or colours (…, 3) if some are not known."""
        plain = tame(values)
        unknown = np.isnan(plain)
        if self.high > self.low:
            part = np.clip((plain - self.low) / (self.high - self.low), 0, 1)
            part[unknown] = 0
            grey = np.rint(part**self.gamma * 255).astype(np.uint8)
        else:
            grey = np.full(plain.shape, _GREY, np.uint8)
        if not unknown.any():
            return grey
        shades = np.repeat(grey[..., np.newaxis], 3, axis=-1)
        shades[unknown] = UNKNOWN
        return shades


def tones_of(values: Values, *, is_diffraction: bool = False) -> Tones:
    """Return the stretch for `values`: all but the darkest and brightest few per mille.

    Where one value, like zero, fills more than half, the others decide. Where nearly all would be
    black beside a few bright points, a gamma lifts their median; more so in a diffraction pattern,
    whose beams and rings differ by orders of magnitude.
    """
    known = tame(values).ravel()
    known = known[~np.isnan(known)]
    known = known[:: -(-known.size // _MANY) or 1]
    if known.size == 0:
        return Tones(0.0, 0.0)
    least = float(known.min())
    above = known[known > least]
    low, high = least, least
    if above.size:
        seen = above if 2 * above.size < known.size else known
        low = least if seen is above else float(np.percentile(seen, 0.5))
        high = _bright(seen, 99.8 if is_diffraction else 99.6)
        if high <= low:
            low, high = least, float(known.max())
    if high <= low:
        return Tones(low, low)
    middle = (float(np.median(seen)) - low) / (high - low)
    dark, wanted = (0.3, 0.3) if is_diffraction else (0.06, 0.12)
    gamma = math.log(wanted) / math.log(middle) if 0 < middle < dark else 1.0
    return Tones(low, high, max(0.25, gamma))


def _bright(values: Values, percent: float) -> float:
    """Return a percentile, but no more than the second greatest value: one can be a hot pixel's.

    Of some hundred values a percentile lies between the greatest two.
    """
    bright = float(np.percentile(values, percent))
    return min(bright, float(np.partition(values, -2)[-2])) if values.size > 1 else bright


def tame(values: Values) -> NDArray[np.float64]:
    """Return float64 numbers that can be added and divided; what is not known is NaN.

    What lies beyond `FAR` is `FAR`.
    """
    with np.errstate(all="ignore"):
        plain = values.astype(np.float64)
    plain[~np.isfinite(plain)] = np.nan
    return np.clip(plain, -FAR, FAR)
