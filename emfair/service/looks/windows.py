"""Sums over a window of channels at each place, with a power law below them taken away or not.

What does not belong here: fitting (`background`), and reading chunks (`reading`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emfair.service.looks.array import Array
from emfair.service.looks.background import PowerLaws
from emfair.service.looks.reading import Picks, summed
from emfair.service.looks.values import Numbers, Values

UNFITTED = "No place has enough counts for a fit, so no background is taken away."
"""What is said of sums where a background was wanted that is nowhere."""
_BEYOND_NOISE = 3.0
"""Standard errors of the mean."""


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

        Where none has an exponent, nor all together, they are plain, and the sentence is
        `UNFITTED`.

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
        lower, upper = over(laws.lower), over(laws.upper)
        exponents, odd = _exponents(laws, lower, upper)
        if exponents is None:
            return total, odd
        return total - laws.below(self.signal, lower + upper, exponents), odd


def is_negative(sums: Values) -> bool:
    """Whether sums without their background are below 0 on the whole, more than noise makes."""
    known = sums[np.isfinite(sums)]
    error = known.std() / np.sqrt(max(1, known.size))
    return bool(known.size and known.mean() < -_BEYOND_NOISE * error)


def _exponents(laws: PowerLaws, lower: Numbers, upper: Numbers) -> tuple[Numbers | None, str]:
    """Return the exponent at each place: the common one where it has none of its own.

    That is of all places together, or, if they have none because counts below 0 outweigh the
    others, of those that have one; None where there is none at all.
    """
    exponents = laws.exponents(lower, upper)
    odd = np.isnan(exponents)
    many = int(np.count_nonzero(odd))
    if not many:
        return exponents, ""
    for some, whose in ((slice(None), "all"), (~odd, "the others")):
        common = laws.exponents(*(np.array([np.nansum(one[some])]) for one in (lower, upper)))
        if np.isfinite(common).all():
            return np.where(odd, common, exponents), (
                f"{many:,} of {odd.size:,} places have too few counts for a fit: their background "
                f"has the exponent of {whose}."
            )
    return None, UNFITTED
