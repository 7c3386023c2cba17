"""Backgrounds below edges in spectra of energy losses: power laws, fitted over a window.

Pure functions. What does not belong here: reading (`reading`), which spectra are summed
(`look`), and whether a fit is a good one (`fits`).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from emfair.nxem.shape import NxAxis
from emfair.nxem.views import measures, zero_peak
from emfair.service.looks.values import Numbers, Values, numbers_of

LEAST = 4
"""Channels of a window that is fitted, two on each side."""
_EXPONENTS = np.arange(-2.0, 12.0, 0.02)
"""What an exponent can be; those of real backgrounds lie well within (`fits`)."""


class PowerLaws:
    """Power laws A·E⁻ʳ over a window of channels, by the counts in its two parts.

    Egerton's two-area method (Electron Energy-Loss Spectroscopy in the Electron Microscope, 3rd
    ed., 4.4.2): the ratio of the counts in the lower and the upper part tells the exponent, their
    sum the amplitude. The parts meet at the window's geometric mean. Sums over the channels
    themselves are compared, not integrals: a spectrum that follows a power law gives its
    exponent however wide its channels are.

    Parameters
    ----------
    energies
        Of all channels, ascending and above 0 within the window.
    window
        The channels that are fitted, at least `LEAST`.
    """

    def __init__(self, energies: Numbers, window: range) -> None:
        self._energies = energies
        middle = float(np.sqrt(energies[window.start] * energies[window.stop - 1]))
        split = int(np.searchsorted(energies[window.start : window.stop], middle)) + window.start
        split = min(max(split, window.start + 1), window.stop - 1)
        self._reference = middle
        self.lower, self.upper = range(window.start, split), range(split, window.stop)

    def exponents(self, lower: Values, upper: Values) -> Numbers:
        """Return the exponents from the counts in both parts; NaN where either has none."""
        ratios = self._sums(self.lower) / self._sums(self.upper)
        with np.errstate(all="ignore"):
            logs = np.log(np.asarray(lower, np.float64)) - np.log(np.asarray(upper, np.float64))
        found = np.interp(logs, np.log(ratios), _EXPONENTS)
        return np.where(np.isfinite(logs), found, np.nan)

    def below(self, window: range, counts: Values, exponents: Values) -> Numbers:
        """Return the background's sum over a window.

        Parameters
        ----------
        window
            Channels above 0.
        counts
            In the fitted window as a whole, at each place.
        exponents
            At each place.
        """
        share = self._sums(window) / self._whole
        part = np.exp(np.interp(np.asarray(exponents), _EXPONENTS, np.log(share)))
        return np.asarray(counts * np.where(np.isnan(exponents), np.nan, part), np.float64)

    def curve(self, energies: Numbers, counts: float, exponent: float) -> Numbers:
        """Return the background in channels at some energies above 0, fitted or not."""
        fitted = self._shape(self._energies[self.lower.start : self.upper.stop], exponent)
        return np.asarray(counts * self._shape(energies, exponent) / fitted.sum())

    @cached_property
    def _whole(self) -> Numbers:
        return self._sums(self.lower) + self._sums(self.upper)

    def _sums(self, window: range) -> Numbers:
        """Return the sum over a window for each exponent that can be."""
        energies = self._energies[window.start : window.stop]
        return np.array([self._shape(energies, one).sum() for one in _EXPONENTS])

    def _shape(self, energies: Numbers, exponent: float) -> Numbers:
        return np.asarray((energies / self._reference) ** -exponent)


def has_background(axis: NxAxis) -> bool:
    """Whether an axis is of energy losses, as far as it tells, and some of it can be fitted.

    X-rays have no such background. A power law needs channels above 0 (`can_be_fitted`); an axis
    that does not ascend is not fitted.
    """
    if not measures(axis, "eV") or zero_peak(axis) or len(axis.points) <= LEAST:
        return False
    energies = numbers_of(axis)
    return bool(energies[-LEAST] > 0 and (np.diff(energies) > 0).all())


def can_be_fitted(axis: NxAxis, window: range) -> bool:
    """Whether a power law can be fitted over a window: enough channels, ascending, above 0."""
    energies = numbers_of(axis)[window.start : window.stop]
    return len(energies) >= LEAST and bool(energies[0] > 0 and (np.diff(energies) > 0).all())


def usual_window(axis: NxAxis) -> range:
    """Return where a background may be fitted to begin with: a tenth of the channels, early."""
    energies = numbers_of(axis)
    size = len(energies)
    first = int(np.searchsorted(energies, 0.0, side="right"))
    start = min(first + (size - first) // 10, size - LEAST)
    return range(start, min(size, start + max(LEAST, (size - first) // 10)))
