"""A signal as a reader delivers it, with the vendor's names, axes and units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Axis:
    """One axis of a signal's array.

    Attributes
    ----------
    name : str
        As the reader names it (``x``, ``Energy`` …); empty if it has none.
    size : int
        Number of points.
    unit : str
        As the vendor writes it (``µm``, ``1/nm``, ``<undefined>`` …), not yet read.
    scale, offset : float
        Value of point ``n`` is ``offset + n * scale``, where `values` is None.
    values : ndarray of float64, shape (size,), or None
        The points of an axis that is not uniform.
    navigate : bool
        True for an axis that the probe, the stage or time moves along.
    broken : str
        What stood where its calibration should, if that was none (``scale nan``): the axis then
        counts its points, without a unit.
    """

    name: str
    size: int
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    values: NDArray[np.float64] | None = None
    navigate: bool = False
    broken: str = ""

    def points(self) -> NDArray[np.float64]:
        """Return the axis' values, float64, shape (size,), in `unit`."""
        if self.values is not None:
            return self.values
        return self.offset + self.scale * np.arange(self.size, dtype=np.float64)


@dataclass(frozen=True)
class Signal:
    """One signal of one file.

    Attributes
    ----------
    index : int
        Its place in the reader's list, from 0.
    title : str
        As the vendor or the reader names it; may be empty.
    reader : str
        RosettaSciIO's name of the format (``DigitalMicrograph``).
    data : array
        A NumPy array, or a dask array whose blocks are read when they are needed.
    axes : tuple of Axis
        One for each dimension of `data`, in its order.
    metadata : dict
        What RosettaSciIO normalises (HyperSpy's tree).
    tags : dict
        The vendor's own tag tree (``original_metadata``), verbatim.
    """

    index: int
    title: str
    reader: str
    data: Any
    axes: tuple[Axis, ...]
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, Any] = field(default_factory=dict)
