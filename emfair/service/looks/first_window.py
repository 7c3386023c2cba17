"""Where a background is fitted to begin with: before an edge, and across none.

Decided by straight lines in log-log over one spectrum, many times: quick, not exact. Pure
functions. What does not belong here: the fit itself (`background`, `fits`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emfair.service.looks.background import usual_window
from emfair.service.looks.edges import Edge
from emfair.service.looks.fits import Closeness, closeness, is_plausible, lever, scatter
from emfair.service.looks.values import Curve, Numbers, numbers_of
from emfair.units import convert

_LOWEST = 50.0
"""eV; below are plasmons, on no power law."""
_RATIO, _NARROWEST = 1.25, 1.05
"""Of a window's ends: 10 to 30 % of an edge's energy (Egerton, 3rd ed., 4.4), or what there is."""
_BEFORE = 0.98
"""A window ends there before an edge: calibrations and chemistry shift edges."""
_BEHIND = 1.06
"""What follows a window is looked at so far: white lines of an edge lie within."""
_STEP, _BEYOND_NOISE = 0.05, 5.0
"""An edge has so much more than the background before it, and so many times what noise makes."""
_FINE = 0.005
"""Channels that are looked at as one lie within that part of their energy: 45 in a window."""
_PLACES = 100
_BINS, _LEAST = 8, 8
"""The means that a line is fitted to, fewer where not each is of two points; points at least."""
_ENDS = "To begin with it ends before"
_NOWHERE = "No window before an edge was found."


class First(NamedTuple):
    """The channels that are fitted to begin with, and why those, in a sentence."""

    window: range
    reason: str


class _Line(NamedTuple):
    """A power law over a window; what follows has `step` more, as a part, and `noise` of that."""

    window: range
    exponent: float
    fit: Closeness
    step: float
    noise: float

    @property
    def is_sound(self) -> bool:
        return is_plausible(self.exponent) and self.fit.is_good

    @property
    def is_before_an_edge(self) -> bool:
        return self.step > self._seen

    @property
    def is_before_less(self) -> bool:
        """Whether what follows falls clearly below the line: no edge is hidden there."""
        return self.step < -self._seen

    @property
    def _seen(self) -> float:
        return max(_STEP, _BEYOND_NOISE * self.noise)


def first_window(curve: Curve, edges: Sequence[Edge] = ()) -> First:
    """Return where a background may be fitted to begin with.

    That is before the first edge of the sample's elements that is seen: a power law fits below it,
    and more follows than noise makes. Else it is before the first of them below which one fits,
    unless clearly less follows; else before the first rise that is found of the spectrum; else
    where one fits, as early as is usual.

    Parameters
    ----------
    curve
        A spectrum of losses (`has_background`), best of all places.
    edges
        Of the sample's elements, the lowest first; none if nobody knows them.
    """
    unit = convert(1.0, "eV", curve.axis.unit)
    known = [edge._replace(energy=edge.energy * unit) for edge in edges]
    energies, values, bounds = _thinned(curve)
    usual = usual_window(curve.axis)

    def channels(line: _Line) -> range:
        return range(int(bounds[line.window.start]), int(bounds[line.window.stop]))

    before_known = _before_known(energies, values, known)
    for edge, line in before_known:
        if line.is_before_an_edge:
            return First(channels(line), f"{_ENDS} the edge {edge.name}.")
    for edge, line in before_known:
        if not line.is_before_less and not _holds_any(energies, line.window, known):
            return First(channels(line), f"{_ENDS} the edge {edge.name}, which is hardly seen.")
    lines = list(_lines(energies, values, _LOWEST * unit))
    sound = [one for one in lines if one.is_sound and not _holds_any(energies, one.window, known)]
    for line in sound:
        if line.is_before_an_edge:
            return First(channels(line), f"{_ENDS} a rise of the spectrum.")
    late = [one for one in sound if channels(one).stop >= usual.stop] or sound[-1:]
    if late:
        return First(channels(late[0]), "")
    return First(usual, _NOWHERE if lines else "")


def _before_known(
    energies: Numbers, values: Numbers, known: Sequence[Edge]
) -> list[tuple[Edge, _Line]]:
    """Return the known edges below which a power law fits, and that.

    It reaches across none of them but those that are known to be hardly seen.
    """
    found: list[tuple[Edge, _Line]] = []
    for edge in known:
        line = _line(energies, values, edge.energy * _BEFORE)
        hidden = {one for one, before in found if not before.is_before_an_edge}
        others = [one for one in known if one not in hidden]
        if line and line.is_sound and not _holds_any(energies, line.window, others):
            found.append((edge, line))
    return found


def _holds_any(energies: Numbers, window: range, edges: Sequence[Edge]) -> bool:
    first, last = energies[window.start], energies[window.stop - 1]
    return any(first < edge.energy <= last for edge in edges)


def _thinned(curve: Curve) -> tuple[Numbers, Numbers, NDArray[np.intp]]:
    """Return energies above 0 and values, each of some channels together, and where those begin.

    The higher the energy the more are one, so that a window has as many points wherever it lies.
    Channels that hold no number are passed over. The last bound is the number of channels.
    """
    energies, values = numbers_of(curve.axis), curve.values.astype(np.float64)
    seen = np.flatnonzero((energies > 0) & np.isfinite(values))
    steps = np.floor(np.log(energies[seen]) / _FINE)
    starts = np.flatnonzero(np.diff(steps, prepend=-np.inf))
    counts = np.diff(starts, append=len(seen))
    energies, values = (
        np.add.reduceat(one[seen], starts) / counts if len(seen) else one[seen]
        for one in (energies, values)
    )
    return energies, values, np.append(seen[starts], len(curve.values))


def _lines(energies: Numbers, values: Numbers, lowest: float) -> Iterator[_Line]:
    """Fit a line before each of some places, from the lowest up."""
    if not len(energies) or energies[-1] <= lowest:
        return
    for place in np.geomspace(max(lowest, energies[0]), energies[-1], _PLACES):
        line = _line(energies, values, float(place))
        if line:
            yield line


def _line(energies: Numbers, values: Numbers, end: float) -> _Line | None:
    """Fit a line over what lies before `end`; None if that is too little, or counts are lacking."""
    stop = int(np.searchsorted(energies, end))
    behind = int(np.searchsorted(energies, end * _BEHIND))
    start = int(np.searchsorted(energies, max(end / _RATIO, np.finfo(float).tiny)))
    if stop - start < _LEAST or behind == stop or energies[start] * _NARROWEST > end:
        return None
    logs = np.log(energies[start:behind])
    parts = min(_BINS, (stop - start) // 2)
    bins = [one.mean() for one in np.array_split(values[start:stop], parts)]
    if min(bins) <= 0:
        return None
    at = [one.mean() for one in np.array_split(logs[: stop - start], parts)]
    slope, height = np.polyfit(at, np.log(bins), 1)
    off = values[start:behind] / np.exp(height + slope * logs) - 1
    inside, after = off[: stop - start], off[stop - start :]
    noise = scatter(inside) * lever(logs[: len(inside)], logs[len(inside) :])
    noise *= max(1.0, 2 * _BINS / len(inside))  # of few points it is not known well
    return _Line(range(start, stop), -slope, closeness(inside), float(after.mean()), noise)
