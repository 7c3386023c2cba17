"""How a reader's numbers become numbers that NXem takes, without changing a value.

Big endian becomes little endian, colour records become a trailing axis, truth values 0 and 1.
Extended precision (float128, complex256) is the one exception: HDF5 readers elsewhere cannot open
it, so it is rounded to float64 and complex128.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Block = NDArray[Any]


@dataclass(frozen=True)
class Pixels:
    """The stored dtype, the trailing dimensions it adds, and the conversion of a block."""

    dtype: np.dtype[Any]
    trailing: tuple[int, ...]
    prepare: Callable[[Block], Block]


def pixels_of(dtype: np.dtype[Any]) -> Pixels:
    """Return how blocks of `dtype` are stored (real part apart from imaginary: see `parts`)."""
    if dtype.names is not None:
        channels = dtype.names
        base = np.dtype(dtype[channels[0]]).newbyteorder("<")
        return Pixels(
            base,
            (len(channels),),
            lambda block: np.stack([block[name] for name in channels], axis=-1).astype(base),
        )
    if dtype.kind == "b":
        stored: np.dtype[Any] = np.dtype("u1")
    elif dtype.kind == "f" and dtype.itemsize > 8:  # extended precision has no place in HDF5
        stored = np.dtype("<f8")
    elif dtype.kind == "c" and dtype.itemsize > 16:
        stored = np.dtype("<c16")
    else:
        stored = dtype.newbyteorder("<")
    return Pixels(stored, (), lambda block: block.astype(stored, copy=False))


def is_rounded(dtype: np.dtype[Any]) -> bool:
    """Whether numbers of `dtype` are stored with fewer digits than they have."""
    bases = [dtype[name] for name in dtype.names] if dtype.names else [dtype]
    return any(one.kind == "f" and one.itemsize > 8 for one in bases) or any(
        one.kind == "c" and one.itemsize > 16 for one in bases
    )


def parts(pixels: Pixels, see: Callable[[Any], object] = lambda _: None) -> dict[str, Pixels]:
    """Return what is stored under ``real`` and ``imag``: one part, or two for complex numbers.

    `see` gets each complex block once, whole, C-contiguous, while its real part is prepared.
    """
    if pixels.dtype.kind != "c":
        return {"real": pixels}

    def real(block: Block) -> Block:
        stored = np.ascontiguousarray(pixels.prepare(block))
        see(stored)
        return stored.real

    half = np.dtype(f"<f{pixels.dtype.itemsize // 2}")
    return {
        "real": Pixels(half, (), real),
        "imag": Pixels(half, (), lambda block: pixels.prepare(block).imag),
    }
