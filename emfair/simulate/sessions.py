"""The sessions of ``sessions.yaml``, and the acquisitions that one comes to in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from emfair.model.annotations import SampleNotes
from emfair.simulate.acquisition import Acquisition
from emfair.simulate.chance import chance
from emfair.simulate.recipes import AnyRecipe
from emfair.simulate.recipes.base import Microscope, Moment, Recipe

Size = Literal["small", "real"]
GAP = timedelta(hours=3)
"""Between two sessions that follow one another."""


class Session(BaseModel):
    """One session of the table; see the comments there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    microscope: Microscope
    sample: SampleNotes
    pause: float
    steps: tuple[dict[str, Any], ...]

    def recipes(self, size: Size) -> list[Recipe]:
        """Return the steps as recipes of one size."""
        return [_recipe(step, size) for step in self.steps]


@cache
def sessions() -> dict[str, Session]:
    """Return the table, by name."""
    text = files("emfair.simulate").joinpath("sessions.yaml").read_text("utf-8")
    rows = yaml.load(text, yaml.CSafeLoader)
    return {name: Session.model_validate(row) for name, row in rows.items()}


def _recipe(step: dict[str, Any], size: Size) -> Recipe:
    plain = {key: value for key, value in step.items() if key not in ("small", "real")}
    recipe: Recipe = TypeAdapter(AnyRecipe).validate_python(plain | step[size])
    return recipe


def acquisitions(
    session: Session, size: Size, *, seed: int, start: datetime
) -> Iterator[tuple[Acquisition, str, float]]:
    """Yield acquisitions without end, each with its format and the seconds until the next.

    Each is numbered, and begins when the operator is done with the one before it.
    """
    recipes = session.recipes(size)
    for number in count():
        recipe = recipes[number % len(recipes)]
        name = f"{number + 1:03d} {recipe.name}"
        acquisition = recipe.acquire(Moment(session.microscope, seed, name, start))
        pause = round(session.pause * chance(seed, name, "pause").lognormal(0, 0.5), 1)
        yield acquisition, recipe.format, pause
        start = whole(acquisition.end + timedelta(seconds=pause))


def whole(moment: datetime) -> datetime:
    """Return a moment to the second, as vendors' files tell it."""
    return moment.replace(microsecond=0)
