"""The elements' X-ray lines and ionization edges: the table ``elements.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict


class Element(BaseModel):
    """One row: atomic number, lines in keV, edges in eV."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    z: int
    lines: dict[str, float]
    edges: dict[str, float]


@cache
def elements() -> dict[str, Element]:
    """Return the table, by symbol."""
    text = files("emfair.simulate.physics").joinpath("elements.yaml").read_text("utf-8")
    rows = yaml.load(text, yaml.CSafeLoader)
    return {symbol: Element.model_validate(row) for symbol, row in rows.items()}
