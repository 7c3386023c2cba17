"""An array in an open container, read in batches of chunks; of complex numbers one aspect of each.

What does not belong here: which chunks are read, and what is made of them (`reading`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import tee
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from emfair.errors import TooMuch
from emfair.service.looks.chunks import Box, Chunks, Fetch, Place
from emfair.service.looks.subject import Aspect

Block = NDArray[Any]
Batch = list[tuple[Box, tuple[Place, ...]]]
"""Boxes of one chunk each, and where they lie in each dataset that is read."""


class Array:
    """An array in a group of an open container.

    Parameters
    ----------
    fetch
        Returns the container's bytes from one position up to another.
    seconds
        How long it may be read.
    """

    def __init__(
        self, group: h5py.Group, name: str, aspect: Aspect, fetch: Fetch, seconds: float
    ) -> None:
        names = [name]
        if "imag" in group and aspect is not Aspect.REAL:
            names = ["imag"] if aspect is Aspect.IMAGINARY else [name, "imag"]
        self._datasets = [Chunks(group[one], fetch) for one in names]
        self._combined = np.arctan2 if aspect is Aspect.PHASE else np.hypot
        self._until = time.monotonic() + seconds
        self._seconds = seconds
        first = self._datasets[0]
        self.shape, self.chunks = first.shape, first.chunks
        self.itemsize = first.dtype.itemsize * len(self._datasets)

    def batches(self, boxes: Iterable[Box]) -> Iterator[Batch]:
        """Yield boxes of one chunk each, in their order, in batches that are read at once."""
        if len(self._datasets) > 1:
            for box in boxes:
                yield [(box, tuple(one.place(_whole(box)) for one in self._datasets))]
            return
        ahead, behind = tee(boxes)
        for places in self._datasets[0].together(map(_whole, ahead)):
            yield [(box, (place,)) for place, box in zip(places, behind, strict=False)]

    def read(self, batch: Batch) -> list[Block]:
        """Return the numbers in each box of a batch, every n-th where its slices have steps.

        Raises
        ------
        TooMuch
            Reading the array has taken longer than it may.
        """
        if time.monotonic() > self._until:
            raise TooMuch(
                f"takes longer than {self._seconds:.0f} s to read.",
                subject="This look",
                remedy="Take a smaller part or fewer points, or download the container.",
            )
        parts = [
            one.read([places[number] for _, places in batch])
            for number, one in enumerate(self._datasets)
        ]
        blocks = parts[0] if len(parts) == 1 else map(self._of_complex, *parts)
        # HDF5 is slow at picking single numbers: NumPy does.
        return [
            block[tuple(slice(None, None, one.step) for one in box)]
            for block, (box, _) in zip(blocks, batch, strict=True)
        ]

    def _of_complex(self, real: Block, imaginary: Block) -> Block:
        with np.errstate(all="ignore"):
            return np.asarray(self._combined(imaginary, real))


def _whole(box: Box) -> Box:
    return tuple(slice(one.start, one.stop) for one in box)
