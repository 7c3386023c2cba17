"""The specimens: the table ``specimens.yaml``, and what follows from a row of it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from emfair.simulate.physics.elements import elements

Floats = NDArray[np.float64]
Column = tuple[float, float, dict[str, int]]


class Specimen(BaseModel):
    """One row; see the comments there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str
    atoms: dict[str, int]
    density: float
    cell: tuple[float, float]
    columns: tuple[Column, ...]
    vibration: float
    plasmon: tuple[float, float]
    free_path: float

    def structure_factor(self, h: int, k: int) -> float:
        """Return |F| of a reflection of the projected cell, in electrons.

        Scattering falls off as a Lorentzian of a screened atom's size (a₀ Z^-1/3, Wentzel), and by
        the Debye-Waller factor; absences follow from the columns.
        """
        g2 = (h / self.cell[0]) ** 2 + (k / self.cell[1]) ** 2
        damped = np.exp(-2 * np.pi**2 * self.vibration**2 * g2)
        total = 0j
        for x, y, atoms in self.columns:
            phase = np.exp(2j * np.pi * (h * x + k * y))
            for symbol, number in atoms.items():
                z = elements()[symbol].z
                radius = 52.9e-12 * z ** (-1 / 3)
                total += number * z * phase / (1 + (2 * np.pi * radius) ** 2 * g2)
        return float(abs(total) * damped)


@cache
def specimens() -> dict[str, Specimen]:
    """Return the table, by name."""
    text = files("emfair.simulate.physics").joinpath("specimens.yaml").read_text("utf-8")
    rows = yaml.load(text, yaml.CSafeLoader)
    return {name: Specimen.model_validate(row) for name, row in rows.items()}
