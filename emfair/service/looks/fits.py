"""The background of one spectrum, and whether the fit is one: how close it is, how steep it falls.

Pure functions. What does not belong here: power laws at many places (`background`), and where a
fit begins (`first_window`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from emfair.service.looks.background import LEAST, PowerLaws, can_be_fitted
from emfair.service.looks.values import Curve, Numbers, numbers_of

PLAUSIBLE = (1.0, 6.0)
"""Exponents of real backgrounds: 2 to 6 (Egerton, 3rd ed., 4.4), less where the sample is thick."""
CLOSE = 0.03
"""A fit that is off by no more of the counts is as good as they get: gains vary so much."""
_NO_NOISE = 3.0
"""A fit that is off by more than so many times what noise alone makes is none."""
_BEYOND_NOISE = 5.0
"""A background lies above its spectrum that is so many times higher than noise makes it."""
_PARTS = 16
"""Of a window, over whose means a fit is judged: an edge moves several together, noise none."""


class Closeness(NamedTuple):
    """How far a fit is off, as a part of the counts, and how far noise alone would take it."""

    misfit: float
    noise: float

    @property
    def is_good(self) -> bool:
        """Whether it fits as well as can be expected."""
        return self.misfit <= max(CLOSE, _NO_NOISE * self.noise)


@dataclass(frozen=True)
class Below:
    """A background below a spectrum, and what it leaves of it, from the fitted window on.

    Attributes
    ----------
    doubt
        Why the fit is none, in a sentence; empty where nothing speaks against it.
    """

    channels: range
    values: Numbers
    left: Numbers
    exponent: float
    doubt: str


def background_of(curve: Curve, window: range) -> Below | None:
    """Return the background of a spectrum, fitted over a window; None where none can be.

    Channels of the window that hold no number are passed over.
    """
    if not can_be_fitted(curve.axis, window):
        return None
    energies, values = numbers_of(curve.axis), curve.values.astype(np.float64)
    known = window.start + np.flatnonzero(np.isfinite(values[window.start : window.stop]))
    if len(known) < LEAST:
        return None
    laws = PowerLaws(energies[known], range(len(known)))
    lower, upper = (
        values[known[part.start : part.stop]].sum() for part in (laws.lower, laws.upper)
    )
    exponent = float(laws.exponents(lower, upper))
    if np.isnan(exponent):
        return None
    channels = range(window.start, len(values))
    below = laws.curve(energies[window.start :], float(lower + upper), exponent)
    left = values[window.start :] - below
    fitted = slice(0, len(window))
    return Below(channels, below, left, exponent, _doubt(exponent, left[fitted] / below[fitted]))


def is_plausible(exponent: float) -> bool:
    """Whether backgrounds fall as steeply as that."""
    return PLAUSIBLE[0] <= exponent <= PLAUSIBLE[1]


def closeness(off: Numbers) -> Closeness:
    """Return how close a fit is.

    Parameters
    ----------
    off
        What each channel has more than the fit, as a part of the fit.
    """
    known = off[np.isfinite(off)]
    parts = np.array_split(known, max(1, min(_PARTS, len(known) // 2)))
    misfit = np.sqrt(np.mean([part.mean() ** 2 for part in parts]))
    noise = scatter(known) * np.sqrt(np.mean([1 / len(part) for part in parts]))
    return Closeness(float(misfit), float(noise))


def scatter(off: Numbers) -> float:
    """Return the noise of one channel: by the median of what neighbours differ by.

    An edge lies between two of them only, and a slope moves all alike: neither counts.
    """
    steps = np.diff(off)
    return float(np.median(np.abs(steps - np.median(steps))) * 1.4826 / np.sqrt(2))


def lever(inside: Numbers, after: Numbers) -> float:
    """Return how far noise takes the mean behind a fit: as a part of the noise of one channel.

    A short window tells little of what lies behind it.

    Parameters
    ----------
    inside, after
        The logarithms of the energies that are fitted, and of those behind.
    """
    away = (after.mean() - inside.mean()) ** 2 / inside.var()
    return float(np.sqrt(1 / len(after) + (1 + away) / len(inside)))


def is_too_high(below: Below, fitted: range, behind: range) -> bool:
    """Whether a background lies above its spectrum behind it, by more than noise makes."""
    off = below.left / below.values
    known = np.isfinite(off)
    start = below.channels.start
    inside, after = (slice(one.start - start, one.stop - start) for one in (fitted, behind))
    logs = np.log(below.values)
    if not known[after].any():
        return False
    noise = scatter(off[inside][known[inside]])
    noise *= lever(logs[inside][known[inside]], logs[after][known[after]])
    return float(off[after][known[after]].mean()) < -max(CLOSE, _BEYOND_NOISE * noise)


def _doubt(exponent: float, off: Numbers) -> str:
    if not is_plausible(exponent):
        return (
            f"No background falls like that: r lies between {PLAUSIBLE[0]:g} and "
            f"{PLAUSIBLE[1]:g}. An edge or a peak may lie in the fitted window."
        )
    found = closeness(off)
    if found.is_good:
        return ""
    return (
        f"The background fits badly: in its window it is off by {found.misfit:.0%} of the counts, "
        f"where noise makes {found.noise:.1%}. An edge may lie in it."
    )
