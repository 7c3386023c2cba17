"""An atomic lattice under a scanned probe: the part of the electrons that an annular detector sees.

Incoherent imaging (Pennycook and Jesson, Ultramicroscopy 37 (1991) 14): columns of brightness
Z^1.7, as broad as probe and thermal vibration make them, on thermal diffuse scattering.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from emfair.simulate.physics.elements import elements
from emfair.simulate.physics.specimens import Floats, Specimen

GRID = 256
"""Points along each side of the table of one cell: less than 2 pm apart."""
DIFFUSE = 0.35
"""Thermal diffuse and amorphous background, as part of the brightest column."""
MAINS = 50.0
"""Hz."""


@dataclass(frozen=True)
class Raster:
    """How a picture is scanned.

    Attributes
    ----------
    step, dwell
        m and s for each pixel.
    columns
        Pixels of a line.
    flyback
        s between two lines; the beam still swings back (`lag` m at first) when a line begins.
    hum
        Amplitude of what the mains' field moves the beam, m.
    drift
        m/s of the stage, along the fast and the slow axis.
    """

    step: float
    dwell: float
    columns: int
    flyback: float = 60e-6
    lag: float = 0.0
    hum: float = 0.0
    drift: tuple[float, float] = (0.0, 0.0)

    @property
    def line_time(self) -> float:
        """Seconds from one line's begin to the next one's."""
        return self.columns * self.dwell + self.flyback

    def frame_time(self, rows: int) -> float:
        """Return the seconds for a picture of so many lines."""
        return rows * self.line_time


def cell_table(specimen: Specimen, blur: float) -> Floats:
    """Return the brightness within one projected cell, shape (`GRID`, `GRID`), from 0 to 1.

    Parameters
    ----------
    blur
        Standard deviation of the probe, m; the thermal vibration is added to it.
    """
    width, height = specimen.cell
    sigma2 = blur**2 + specimen.vibration**2
    places = np.arange(GRID) / GRID
    table = np.zeros((GRID, GRID))
    for x, y, atoms in specimen.columns:
        bright = sum(number * elements()[one].z ** 1.7 for one, number in atoms.items())
        dx, dy = (np.abs(places - at) for at in (x, y))
        across = np.minimum(dx, 1 - dx) * width
        down = np.minimum(dy, 1 - dy) * height
        table += bright * np.exp(-(down[:, None] ** 2 + across[None, :] ** 2) / (2 * sigma2))
    return np.asarray(DIFFUSE + (1 - DIFFUSE) * table / table.max())


def scanned(
    table: Floats,
    specimen: Specimen,
    raster: Raster,
    rows: range,
    *,
    began: float,
    noise: Generator,
) -> Floats:
    """Return lines of a picture, shape (len(rows), columns): the table seen where the beam was.

    Parameters
    ----------
    began
        s since the specimen began to drift, at the picture's first line.
    noise
        For the lines' jitter: a tenth of a pixel.
    """
    lines = np.asarray(rows, dtype=np.float64)
    times = began + lines * raster.line_time
    hum = raster.hum * np.sin(2 * np.pi * MAINS * times)
    jitter = noise.normal(0, 0.1 * raster.step, lines.size)
    pixels = np.arange(raster.columns)
    swing = -raster.lag * np.exp(-pixels * raster.dwell / 30e-6)
    x = pixels * raster.step + swing + (hum + jitter + times * raster.drift[0])[:, None]
    y = lines * raster.step + times * raster.drift[1]
    u = _place(x, specimen.cell[0])
    v = _place(y, specimen.cell[1])
    return table[v[:, None], u]


def _place(metres: Floats, cell: float) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    return np.rint(metres * (GRID / cell)).astype(np.intp) % GRID
