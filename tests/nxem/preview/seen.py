"""What a test sees of a picture."""

import numpy as np

UNKNOWN = [142, 106, 178]
"""The colour of what is infinite or not a number."""
COLOURS = [("R", "u1"), ("G", "u1"), ("B", "u1")]


def grey(image) -> np.ndarray:
    """Return an image's shades, (rows, columns)."""
    return np.asarray(image.convert("L"), np.int64)


def named(value) -> str:
    """Name a case by its array, or by its picture's size."""
    is_data = isinstance(value, np.ndarray)
    return f"{value.dtype.name}{value.shape}" if is_data else "x".join(map(str, value))
