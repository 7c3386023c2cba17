"""The metadata keys: the table ``keys.yaml``, checked and typed."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict


class Key(BaseModel):
    """One row of ``keys.yaml``; see the comments there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    label: str
    path: str
    kind: Literal["number", "text", "time", "flag"]
    unit: str = ""
    shown: str = ""
    emg: str = ""
    form: str = ""
    required: bool = False
    range: tuple[float, float] | None = None

    @property
    def field(self) -> str:
        """The annotation that sets it (``measurement.camera_length``, ``sample.name``)."""
        return self.form or f"measurement.{self.key}"

    def possible(self, value: float) -> bool:
        """Whether `value`, in `unit`, can be at all."""
        return self.range is None or self.range[0] <= value <= self.range[1]


@cache
def keys() -> dict[str, Key]:
    """Return the table, by key, in its order."""
    text = files("emfair.nxem").joinpath("keys.yaml").read_text("utf-8")
    rows = [Key.model_validate(row) for row in yaml.load(text, yaml.CSafeLoader)]
    return {row.key: row for row in rows}
