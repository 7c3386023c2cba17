"""What a preview needs, picked from an array's blocks while the container is written.

What does not belong here: drawing it (`emfair.nxem.preview`), and reading the array again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emfair.nxem.shape import Shape


class Watcher:
    """Collects the preview's numbers from the blocks of one array.

    For pictures: the middle frame of a stack, the summed intensity at each scan point of a 4D scan.
    For spectra: the sum over all points. Complex data show their real part.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        sizes = tuple(len(axis.points) for axis in shape.axes)
        names = [axis.name for axis in shape.axes]
        self.energy = names.index("axis_energy") if "axis_energy" in names else None
        self.is_colour = shape.is_colour
        self.is_scan = len(sizes) == 4 and not shape.is_spectrum and not shape.is_colour
        self.picture: NDArray[Any] | None = None
        if self.is_scan:
            self.picture = np.zeros(sizes[:2], np.float64)
        elif self.energy is not None:
            self.picture = np.zeros(sizes[self.energy], np.float64)
        rank = 3 if self.is_colour else min(2, len(sizes))
        self.lead = tuple(size // 2 for size in sizes[: len(sizes) - rank])
        self.sizes = sizes

    def see(self, offset: tuple[int, ...], block: NDArray[Any]) -> None:
        """Take what the preview needs from one block."""
        with np.errstate(all="ignore"):  # sums of what is infinite or not known
            self._see(offset, block)

    def _see(self, offset: tuple[int, ...], block: NDArray[Any]) -> None:
        if self.is_scan and self.picture is not None:
            rows = slice(offset[0], offset[0] + block.shape[0])
            columns = slice(offset[1], offset[1] + block.shape[1])
            self.picture[rows, columns] += block.sum(axis=(2, 3), dtype=np.float64)
        elif self.energy is not None and self.picture is not None:
            others = tuple(axis for axis in range(block.ndim) if axis != self.energy)
            start = offset[self.energy]
            stop = start + block.shape[self.energy]
            self.picture[start:stop] += block.sum(axis=others, dtype=np.float64)
        else:
            self._see_frame(offset, block)

    def _see_frame(self, offset: tuple[int, ...], block: NDArray[Any]) -> None:
        if self.picture is None:
            self.picture = np.zeros(self.sizes[len(self.lead) :], block.dtype)
        picked = []
        for axis, index in enumerate(self.lead):
            if not offset[axis] <= index < offset[axis] + block.shape[axis]:
                return
            picked.append(index - offset[axis])
        frame = block[tuple(picked)]
        start = offset[len(self.lead)]
        self.picture[start : start + frame.shape[0]] = frame
