"""One acquisition: what was measured, how, and when; its pixels come in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import prod
from typing import Any

import numpy as np

Value = float | str
Pieces = Callable[[], Iterator[np.ndarray[Any, Any]]]


@dataclass(frozen=True)
class Axis:
    """One axis of the array: point ``n`` is ``offset + n * scale``, in `unit`."""

    name: str
    size: int
    unit: str
    scale: float
    offset: float = 0.0
    navigate: bool = False


@dataclass(frozen=True)
class Acquisition:
    """One measurement, before it is a file.

    Attributes
    ----------
    name
        The file's name without its ending.
    technique
        In emfair's words (``STEM EDS``).
    signal_type
        In HyperSpy's words (``EDS_TEM``); empty for pictures.
    start, seconds
        When it began, with an offset, and how long it took.
    axes, dtype
        Of the array, in its order.
    pieces
        Yields the array along its first axis, so that it need never be whole in memory.
    values
        What is true of it, by emfair's keys, in SI units.
    elements
        Symbols of what is in the specimen.
    series
        For a tilt series: the tilt in rad and the seconds since `start` of each picture.
    operator
        Who the microscope's software believes to be there.
    physics
        Other true numbers, for tests: a lattice's spacing, a dose.
    """

    name: str
    technique: str
    signal_type: str
    start: datetime
    seconds: float
    axes: tuple[Axis, ...]
    dtype: np.dtype[Any]
    pieces: Pieces
    values: Mapping[str, Value]
    elements: tuple[str, ...] = ()
    series: tuple[tuple[float, float], ...] = ()
    operator: str = ""
    physics: Mapping[str, float] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        """When it was done."""
        return self.start + timedelta(seconds=self.seconds)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return tuple(axis.size for axis in self.axes)

    @property
    def size(self) -> int:
        """Bytes of the array."""
        return prod(self.shape) * self.dtype.itemsize

    def number(self, key: str) -> float:
        """Return one of the `values` that are numbers."""
        return float(self.values[key])
