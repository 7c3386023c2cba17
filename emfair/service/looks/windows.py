"""Sums over a window of channels at each place, with a power law below them taken away or not.

What does not belong here: fitting (`background`), and reading chunks (`reading`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emfair.service.looks.array import Array
from emfair.service.looks.background import PowerLaws
from emfair.service.looks.reading import Picks, summed

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Windows:
    """The channels that are summed, and those over which a background is fitted, if one is."""

    signal: range
    background: range | None = None

    @property
    def span(self) -> range:
        """From the first channel that is read to the last."""
        ends = [self.signal] if self.background is None else [self.signal, self.background]
        return range(min(one.start for one in ends), max(one.stop for one in ends))

    def summed(
        self, array: Array, picks: Picks, spectral: int, kept: Sequence[int], energies: Numbers
    ) -> tuple[Numbers, str]:
        """Return the sums at each place, and in a sentence where no background could be fitted.

        Parameters
        ----------
        picks
            For each axis the indices that are taken; those of the `spectral` one are not used.
        kept
            The axes of the places.
        energies
            Of all channels.
        """

        def over(channels: range) -> Numbers:
            some = [channels if axis == spectral else one for axis, one in enumerate(picks)]
            return summed(array, some, kept).totals

        total = over(self.signal)
        if self.background is None:
            return total, ""
        laws = PowerLaws(energies, self.background)
        below, odd = _below(laws, self.signal, over(laws.lower), over(laws.upper))
        return total - below, odd


def _below(laws: PowerLaws, window: range, lower: Numbers, upper: Numbers) -> tuple[Numbers, str]:
    """Return the background at each place; with the exponent of all where there is none of it."""
    exponents = laws.exponents(lower, upper)
    odd = np.isnan(exponents)
    common = laws.exponents(*(np.array([np.nansum(one)]) for one in (lower, upper)))
    below = laws.below(window, lower + upper, np.where(odd, common, exponents))
    many = int(np.count_nonzero(odd))
    if not many:
        return below, ""
    return below, (
        f"{many:,} of {odd.size:,} places have too few counts for a fit: their background has the "
        "exponent of all."
    )
