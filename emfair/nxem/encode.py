"""A chunk's numbers become the bytes that HDF5's filters gzip and shuffle would have written.

Smaller than gzip's level 4 makes them, and several times as fast: docs/adr/0005. What does not
belong here: where the chunks go (`emfair.nxem.store`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Encode = Callable[[NDArray[np.uint8]], bytes]
"""Packs the rows of `shuffled` one after the other."""

LEVEL = 4  # of libdeflate
LARGE = 64 << 20
"""Bytes of an array from which on it pays to load, or to compile, the faster way."""
_LOOK = 32 << 10  # of each plane: deflate's window


def encoder(numbers: NDArray[Any], whole: int) -> Encode:
    """Return what packs the shuffled bytes of `numbers`, and of those around them, best.

    Parameters
    ----------
    numbers
        A chunk that stands for its neighbours.
    whole
        Bytes of the array that it is from.
    """
    if whole < LARGE:
        return by_matches
    from emfair.nxem.deflate import compress

    planes = shuffled(np.ascontiguousarray(numbers))
    start = max(0, planes.shape[1] - _LOOK) // 2
    sample = np.ascontiguousarray(planes[:, start : start + _LOOK])
    return compress if len(compress(sample)) <= len(by_matches(sample)) else by_matches


def by_matches(planes: NDArray[np.uint8]) -> bytes:
    """Return a zlib stream with every match that libdeflate finds: for what repeats itself."""
    from imagecodecs import deflate_encode

    plain: Any = planes.reshape(-1)  # it takes any buffer, which its types do not say
    return bytes(deflate_encode(plain, level=LEVEL))


def shuffled(part: NDArray[Any]) -> NDArray[np.uint8]:
    """Return HDF5's shuffle: a row of every number's lowest byte, then one of the next bytes.

    Shifting narrow numbers is two to three times faster than picking their bytes.
    """
    width = part.dtype.itemsize
    if width not in (2, 4):
        return part.reshape(-1).view(np.uint8).reshape(-1, width).T.copy()
    numbers = part.reshape(-1).view(f"<u{width}")
    planes = np.empty((width, numbers.size), np.uint8)
    for place, plane in enumerate(planes):
        np.right_shift(numbers, 8 * place, out=plane, casting="unsafe")
    return planes
