"""The table ``techniques.yaml``, checked and typed.

What does not belong here: applying it (`emfair.nxem.infer`).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

TELLS = {
    "beam": {"scanned": "the beam was scanned", "broad": "the beam was broad"},
    "column": {"TEM": "a TEM", "SEM": "an SEM", "FIB": "an ion beam"},
    "projection": {"image": "an image", "diffraction": "a diffraction pattern"},
    "signal": {name: f"{name} was recorded" for name in ("EELS", "EDS", "CL", "EBSD")},
    "detector": {"patterns": "a camera of diffraction patterns"},
}
"""What hints tell, in which words, and how a person reads them."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Place(_Row):
    """A tag of some formats, or the used value of a key; no reader stands for any."""

    readers: tuple[str, ...] = ()
    tree: Literal["tags", "metadata", "facts"] = "tags"
    tag: str = ""


class Hint(Place):
    """A place that tells one thing for certain; see the comments in the table."""

    is_: str = Field(default="*", alias="is")
    beside: str = ""
    unless: str = ""
    tells: dict[str, str]


class ElementList(Place):
    """A place that lists the elements that were looked for."""

    signal: str


class Technique(_Row):
    """What hints and axes must come to; None for a count is any."""

    technique: str
    needs: dict[str, str] = Field(default_factory=dict)
    without: dict[str, str] = Field(default_factory=dict)
    length: tuple[int, ...] | None = None
    reciprocal: tuple[int, ...] | None = None
    spectral: tuple[int, ...] | None = None
    rank: tuple[int, ...] | None = None


class TechniqueRules(_Row):
    """The whole table."""

    hints: tuple[Hint, ...]
    transmission_from: float
    techniques: tuple[Technique, ...]
    elements: tuple[ElementList, ...]


@cache
def technique_rules() -> TechniqueRules:
    """Return the table."""
    text = files("emfair.nxem").joinpath("techniques.yaml").read_text("utf-8")
    return TechniqueRules.model_validate(yaml.load(text, yaml.CSafeLoader))
