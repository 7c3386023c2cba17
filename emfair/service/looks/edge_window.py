"""Where the edge lies behind a fitted window: the channels that are summed to begin with.

Pure functions. What does not belong here: where a fit begins (`first_window`), and the sums
(`windows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from emfair.service.looks.edges import Edge
from emfair.service.looks.fits import background_of, scatter
from emfair.service.looks.values import Curve, numbers_of
from emfair.units import convert

_WIDE, _PART = 50.0, 0.5
"""eV of an edge that are summed, and what part of its energy at most: low edges follow closely."""
_REACH = 1.1
"""An edge belongs to a window that begins so close behind it."""
_APART = 10.0
"""eV between edges that are summed apart."""
_BEFORE = 0.99
"""A sum ends there before the next edge."""
_FINE, _STEP, _BEYOND_NOISE = 0.01, 0.05, 4.0
"""What is a rise: so much more than the background, in channels that are looked at together."""


class EdgeWindow(NamedTuple):
    """The channels of an edge, and in a sentence where they begin and end."""

    window: range
    reason: str


class _Start(NamedTuple):
    energy: float
    name: str


def edge_window(curve: Curve, fitted: range, edges: Sequence[Edge] = ()) -> EdgeWindow:
    """Return what may be summed to begin with where a background is taken away.

    That begins at the known edge close behind the fitted window; else at a rise that is seen there;
    else right behind the window. It is about one edge wide, and ends before the next known one.

    Parameters
    ----------
    curve
        A spectrum of losses, best of all places.
    fitted
        The channels over which the background is fitted (`can_be_fitted`).
    edges
        Of the sample's elements, the lowest first; none if nobody knows them.
    """
    energies, size = numbers_of(curve.axis), len(curve.values)
    if fitted.stop >= size:
        return EdgeWindow(range(fitted.start, size), "")
    unit = convert(1.0, "eV", curve.axis.unit)
    known = [edge._replace(energy=edge.energy * unit) for edge in edges]
    begin = _start(curve, fitted, known)
    wide = min(_WIDE * unit, _PART * begin.energy)
    end, until = begin.energy + wide, f"to {wide / unit:.3g} eV behind it"
    for edge in known:
        if begin.energy + _APART * unit < edge.energy and edge.energy * _BEFORE < end:
            end, until = edge.energy * _BEFORE, f"to the edge {edge.name}"
            break
    if end > energies[-1]:
        until = "to the spectrum's end"
    first = min(int(np.searchsorted(energies, begin.energy)), size - 1)
    window = range(first, max(first + 1, int(np.searchsorted(energies, end, side="right"))))
    return EdgeWindow(window, f"To begin with it reaches from {begin.name} {until}.")


def _start(curve: Curve, fitted: range, known: Sequence[Edge]) -> _Start:
    energies = numbers_of(curve.axis)
    last = float(energies[fitted.stop - 1])
    for edge in known:
        if last < edge.energy <= min(last * _REACH, energies[-1]):
            return _Start(edge.energy, f"the edge {edge.name}")
    rise = _rise(curve, fitted)
    if rise is not None:
        return _Start(float(energies[rise]), "the rise behind the fitted window")
    return _Start(float(energies[fitted.stop]), "the end of the fitted window")


def _rise(curve: Curve, fitted: range) -> int | None:
    """Return the channel in which a rise begins: where half of its height is reached, or before."""
    below = background_of(curve, fitted)
    if below is None:
        return None
    energies = numbers_of(curve.axis)
    last = energies[fitted.stop - 1]
    stop = int(np.searchsorted(energies, last * _REACH))
    together = max(1, int(np.searchsorted(energies, last * (1 + _FINE))) - fitted.stop)
    off = below.left / below.values
    inside, behind = off[: len(fitted)], off[len(fitted) : stop - fitted.start]
    noise = scatter(inside[np.isfinite(inside)]) / np.sqrt(together)
    parts = [behind[one : one + together] for one in range(0, len(behind), together)]
    heights = [float(one[np.isfinite(one)].sum()) / together for one in parts]
    highest = max(heights, default=0.0)
    if not highest > max(_STEP, _BEYOND_NOISE * noise):
        return None
    reached = next(place for place, height in enumerate(heights) if height > highest / 2)
    return fitted.stop + together * max(0, reached - 1)
