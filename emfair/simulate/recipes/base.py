"""What all recipes share: the microscope that they run on, and the moment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from pydantic import BaseModel, ConfigDict

from emfair.simulate.acquisition import Acquisition, Value
from emfair.simulate.chance import chance


class Microscope(BaseModel):
    """The instrument of a session: volts, and the names of what hangs on it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    serial_number: str
    type: str
    voltage: float
    operator: str


@dataclass(frozen=True)
class Moment:
    """One use of a recipe: on which microscope, when, and which it is.

    `seed` and `name` decide all chance in it.
    """

    microscope: Microscope
    seed: int
    name: str
    start: datetime

    def draw(self, *purpose: str | int) -> np.random.Generator:
        """Return a stream of numbers for one purpose within the acquisition."""
        return chance(self.seed, self.name, *purpose)

    def stage(self) -> dict[str, Value]:
        """Return where the stage is: somewhere on a 3 mm grid, m and rad."""
        place = self.draw("stage")
        x, y, z = (round(float(one), 9) for one in place.normal(0, [4e-4, 4e-4, 3e-5]))
        return {"stage_x": x, "stage_y": y, "stage_z": z}


class Recipe(BaseModel, ABC):
    """Parameters of a recipe, SI units; see ``sessions.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    format: str

    @abstractmethod
    def acquire(self, moment: Moment) -> Acquisition:
        """Return the acquisition."""
