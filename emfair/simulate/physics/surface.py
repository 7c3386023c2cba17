"""A surface under the beam of an SEM: gold islands on carbon, the usual test of resolution."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from emfair.simulate.physics.specimens import Floats

CARBON, GOLD = 0.15, 0.5
"""Secondary electrons for each of the beam's; backscattering has its own."""


def islands(places: Generator, field: tuple[float, float]) -> Floats:
    """Return x, y and radius in m of the islands in a field of view; shape (number, 3).

    Radii are log-normal around a fortieth of the field: islands of all sizes lie on such a sample,
    and an operator goes where, and so near, that some fill the picture.
    """
    number = 160
    radius = field[0] / 40 * np.exp(places.normal(0, 0.45, number))
    x, y = (places.uniform(0, side, number) for side in field)
    return np.column_stack([x, y, radius])


def seen(found: Floats, rows: int, columns: int, step: float) -> Floats:
    """Return secondary electrons for each electron of the beam, shape (rows, columns).

    An island is half a sphere; its yield grows as 1/cos of the tilt (Reimer, Scanning Electron
    Microscopy (1998), 4.2), so its rim is bright. Of several, the highest is seen.
    """
    picture = np.full((rows, columns), CARBON)
    height = np.zeros((rows, columns))
    for x, y, radius in found:
        top, bottom = _span(y, radius, step, rows)
        left, right = _span(x, radius, step, columns)
        here = np.s_[top:bottom, left:right]
        down = np.arange(top, bottom)[:, None] * step - y
        across = np.arange(left, right)[None, :] * step - x
        upright = np.sqrt(np.maximum(1 - (down**2 + across**2) / radius**2, 0))
        over = radius * upright > height[here]
        height[here][over] = (radius * upright)[over]
        picture[here][over] = GOLD / np.maximum(upright[over], 0.35)
    return picture


def _span(centre: float, radius: float, step: float, most: int) -> tuple[int, int]:
    first, last = int((centre - radius) / step), int((centre + radius) / step) + 2
    return max(first, 0), max(min(last, most), first, 0)
