"""The metadata keys: the table ``keys.yaml``, checked and typed."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Literal

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict


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
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    differs: float | Literal["words", "days"] | None = None
    close: float = 0.0
    words: tuple[str, ...] = ()
    zones: bool = False

    @property
    def field(self) -> str:
        """The annotation that sets it (``measurement.camera_length``, ``sample.name``)."""
        return self.form or f"measurement.{self.key}"

    def possible(self, value: float) -> bool:
        """Whether `value`, in `unit`, can be at all; NaN and infinity cannot."""
        return isfinite(value) and (self.range is None or self.range[0] <= value <= self.range[1])

    def too_early(self, when: datetime) -> bool:
        """Whether `when`, with an offset, is before any file of an electron microscope."""
        return self.since is not None and when < self.since

    def too_late(self, when: datetime, latest: datetime | None = None) -> bool:
        """Whether `when`, with an offset, is after `latest`, or after what any clock may show."""
        bounds = [bound for bound in (self.until, latest) if bound is not None]
        return self.until is not None and when > min(bounds)


@cache
def keys() -> dict[str, Key]:
    """Return the table, by key, in its order."""
    text = files("emfair.nxem").joinpath("keys.yaml").read_text("utf-8")
    rows = [Key.model_validate(row) for row in yaml.load(text, yaml.CSafeLoader)]
    return {row.key: row for row in rows}
