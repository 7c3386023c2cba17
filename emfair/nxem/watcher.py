"""What a preview needs, picked from an array's blocks while the container is written.

What does not belong here: drawing it (`emfair.nxem.preview`), and reading the array again.
"""

from __future__ import annotations

import logging
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emfair.nxem.samples import Sample
from emfair.nxem.shape import NxAxis, Shape
from emfair.nxem.views import views

LOG = logging.getLogger(__name__)


class Watcher:
    """Collects the preview's numbers from the blocks of one array, in whatever order they come.

    Whatever is odd about a block costs the picture (`failed`), never the container.

    Parameters
    ----------
    quantity
        What the array's numbers are, with their unit: ``Height (µm)``; empty if it is not known.
    """

    def __init__(self, shape: Shape, quantity: str = "") -> None:
        self.shape = shape
        self.quantity = quantity
        self.views = views(shape)
        self.failed = False
        self._real = self._samples()
        self._imaginary: dict[str, Sample] | None = None

    def see(self, offset: tuple[int, ...], block: NDArray[Any]) -> None:
        """Take what the preview needs from one block (of complex numbers: their real part)."""
        self._see(self._real, offset, block)

    def see_imaginary(self, offset: tuple[int, ...], block: NDArray[Any]) -> None:
        """Take what the preview needs from one block of the imaginary parts."""
        if self._imaginary is None:
            self._imaginary = self._samples()
        self._see(self._imaginary, offset, block)

    def values(self, name: str) -> NDArray[Any]:
        """Return what the view `name` shows; of complex numbers their amplitude."""
        values = self._real[name].values
        if self._imaginary is None:
            return values
        with np.errstate(all="ignore"):
            return np.asarray(np.hypot(values, self._imaginary[name].values))

    def axes(self, name: str) -> tuple[NxAxis, ...]:
        """Return the axes of a view, as the container has them: not thinned."""
        return tuple(self.shape.axes[axis] for axis in self.views[name].keep)

    def summed(self, name: str) -> int:
        """Return how many points of the array make one of a view's."""
        view = self.views[name]
        others = (picks for axis, picks in enumerate(view.picks) if axis not in view.keep)
        return prod(map(len, others))

    def _samples(self) -> dict[str, Sample]:
        return {name: Sample(view.picks, view.keep) for name, view in self.views.items()}

    def _see(
        self, samples: dict[str, Sample], offset: tuple[int, ...], block: NDArray[Any]
    ) -> None:
        if self.failed:
            return
        try:
            for sample in samples.values():
                sample.see(offset, block)
        except Exception:
            self.failed = True
            LOG.exception("no preview: the block of %s at %s was not taken", block.shape, offset)
