"""Which of an experiment's pictures stands for all of it, wherever only one is shown.

Pure. What does not belong here: drawing them (`emfair.nxem.preview`).
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image

from emfair.model.documents import Measurement

ENOUGH = 3.0
"""Bits a pixel that a picture's shades say at least: a flat one has below 1, two blocks 1 or 2."""


def cover_of(drawn: Iterable[tuple[Measurement, bytes]]) -> str:
    """Return the measurement whose picture tells most: the largest image with contrast.

    Where no image has contrast it is the one with most; where there is no image, the first
    measurement.

    Parameters
    ----------
    drawn
        Measurements in their order, each with its preview, PNG.

    Returns
    -------
    str
        Its identifier; empty where there is none at all.
    """
    ranked = [(_rank(one, picture), -place, one) for place, (one, picture) in enumerate(drawn)]
    return max(ranked, key=lambda each: each[:2])[2].measurement if ranked else ""


def _rank(measurement: Measurement, picture: bytes) -> tuple[int, float]:
    if not _is_image(measurement):
        return 0, 0.0
    shades = Image.open(io.BytesIO(picture)).convert("L").entropy()
    if shades < ENOUGH:
        return 1, float(shades)
    longest = sorted(measurement.shape)[-2:]
    return 2, float(longest[0] * longest[-1])


def _is_image(measurement: Measurement) -> bool:
    """Whether it is one picture, or several in a row."""
    shape, kind = measurement.shape, measurement.kind
    return kind == "image_2d" or (kind == "stack_2d" and len(shape) == 3)
