"""Maps of files, read again in bands that lie in a row.

RosettaSciIO cuts a map into cubes (MRC: 64 × 1024 × 1024, Blockfile: 107 × 107 × 107 × 107), of
which every block in C order needs many, each copied twice; bands are views of the map. Reading
alone, 2.1 GB: MRC 1.3 → 18 GB/s, Blockfile 0.7 → 2.8 GB/s.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

BAND = 32 << 20
"""Bytes of a part: as much as is compressed at a time (`emfair.nxem.blocks.BLOCK_BYTES`)."""


def in_bands(
    reader: ModuleType, path: Path, found: list[dict[str, Any]], **options: Any
) -> list[dict[str, Any]]:
    """Return what `reader` delivers, read again in bands if it has one large array and can.

    Parameters
    ----------
    found
        What it delivers with parts of its own choice.
    options
        With which it was asked.
    """
    arrays = [one["data"] for one in found if hasattr(one["data"], "chunks")]
    if len(arrays) != 1 or "chunks" not in inspect.signature(reader.file_reader).parameters:
        return found
    (array,) = arrays
    wanted = bands(array.shape, array.dtype.itemsize)
    if array.npartitions == 1 or array.chunksize == wanted:
        return found
    try:
        again: list[dict[str, Any]] = reader.file_reader(
            str(path), lazy=True, chunks=wanted, **options
        )
    except ValueError:  # it drops axes of one point only after it has cut: one picture of a stack
        return found
    same = [one["data"].shape for one in again] == [one["data"].shape for one in found]
    return again if same else found


def bands(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Return the shape of parts of at most `BAND` bytes that lie in a row in C order.

    >>> bands((32, 4096, 4096), 2)
    (1, 4096, 4096)
    """
    found, behind = [1] * len(shape), itemsize
    for axis in reversed(range(len(shape))):
        found[axis] = max(1, min(shape[axis], BAND // behind))
        if found[axis] < shape[axis]:
            break
        behind *= shape[axis]
    return tuple(found)
