"""A large raw file as NanoMegas' scans are written: 4D-STEM, a diffraction pattern at each point.

Electrons counted one by one over a bright disc, so that most pixels are zero and some are not, as
in real scans. The same size always gives the same bytes.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the benchmark's own process stays small
    import numpy as np
    from numpy.typing import NDArray

_MAP = 0x1000  # where the bright field map stands
_DRAWN = 128  # patterns: so many that none comes again within what a compressor remembers


def scan(folder: Path, rows: int, columns: int, side: int) -> Path:
    """Return a BLO file of ``rows × columns × side × side`` uint8 in `folder`, made once."""
    path = folder / file_name(rows, columns, side)
    if not path.is_file():
        import numpy as np

        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        patterns = _patterns(side)
        order = np.random.default_rng(20260122).integers(0, _DRAWN, rows * columns)
        with part.open("wb") as file:
            file.write(_header(rows, columns, side))
            for number, which in enumerate(order):
                file.write(struct.pack("<HI", 0x55AA, number))
                file.write(patterns[which].tobytes())
        part.replace(path)
    return path


def file_name(rows: int, columns: int, side: int) -> str:
    """Return what the file of this size is called."""
    return f"scan-{rows}x{columns}x{side}x{side}.blo"


def patterns_of(path: Path) -> NDArray[np.uint8]:
    """Return the patterns of a file that `scan` wrote, mapped."""
    import numpy as np

    with path.open("rb") as file:
        head = file.read(40)
    (start,) = struct.unpack_from("<I", head, 12)
    side, columns, rows = (struct.unpack_from("<H", head, at)[0] for at in (20, 24, 26))
    record = np.dtype([("magic", "<u2"), ("number", "<u4"), ("pattern", "u1", (side, side))])
    mapped = np.memmap(path, record, "r", start, (rows, columns))
    return mapped["pattern"]


def _header(rows: int, columns: int, side: int) -> bytes:
    """Return all that stands before the first pattern, as `rsciio.blockfile` reads it."""
    start = -(-(_MAP + rows * columns) // 0x1000) * 0x1000
    fields = (
        *(b"IMGBLO", 0x0102, _MAP, start, 131141, side, 0, columns, rows, 0),
        *(2.0, 2.0, 200_000, 4000, 1200, 44_000.5),  # nm, nm, V, 1/cm, 0.1 mm, days
    )
    return struct.pack("<6sHIIIHHHHHddIHId", *fields).ljust(start, b"\0")


def _patterns(side: int) -> NDArray[np.uint8]:
    """Return patterns: a disc, what is scattered around it, and very little far away."""
    import numpy as np

    row, column = np.mgrid[:side, :side] / side - 0.5
    radius = np.hypot(row, column)
    mean = 0.01 + 1.5 * np.exp(-radius / 0.06) + 4 * (radius < 0.06)
    return np.random.default_rng(4).poisson(mean, (_DRAWN, side, side)).astype("u1")
