"""A look's values as a picture: contrast, scale bar, and marks of what was chosen.

Pure functions, drawn as previews are (`emfair.nxem.preview`). What does not belong here: reading.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ImageDraw

from emfair.nxem.preview.picture import colours, fitted, picture, shrunk
from emfair.nxem.preview.tones import Shades, Tones, tame, tones_of
from emfair.nxem.shape import NxAxis
from emfair.nxem.views import measures
from emfair.service.looks.values import Flat, Values

LARGE = (960, 720)
"""Pixels that a picture may take, across and down."""
_MARK, _EDGE = "#ffb000", "#000000"


@dataclass(frozen=True)
class Contrast:
    """How values become shades.

    Attributes
    ----------
    low, high
        Percentiles that are black and white; None for what a preview would choose.
    is_log
        Whether shades follow the logarithm of the values; what is not above 0 is black.
    """

    low: float | None = None
    high: float | None = None
    is_log: bool = False


@dataclass(frozen=True)
class Ring:
    """A circle around a place, in elements of the array."""

    row: float
    column: float
    radius: float


@dataclass(frozen=True)
class Area:
    """The elements of some rows and columns."""

    rows: range
    columns: range


@dataclass(frozen=True)
class Drawn:
    """A picture, PNG, and what its shades say, in words."""

    png: bytes
    shades: str


def drawn(
    flat: Flat,
    contrast: Contrast,
    marks: Sequence[Ring | Area] = (),
    size: tuple[int, int] = LARGE,
) -> Drawn:
    """Return a picture no larger than `size`, with marks over it."""
    box = fitted(flat.axes, size)
    if flat.is_colour:
        image, words = picture(colours(flat.values), flat.axes, box), ""
    else:
        shades, words = shaded(shrunk(flat.values, box), contrast, flat.axes)
        image = picture(shades, flat.axes, box)
    if marks:
        image = image.convert("RGB")
        scale = image.width / len(flat.axes[1].points), image.height / len(flat.axes[0].points)
        for mark in marks:
            _mark(ImageDraw.Draw(image), mark, *scale)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return Drawn(stream.getvalue(), words)


def shaded(values: Values, contrast: Contrast, axes: Sequence[NxAxis] = ()) -> tuple[Shades, str]:
    """Return the shades of values, and in words what black and white stand for."""
    plain = tame(values)
    known = plain[~np.isnan(plain)]
    if not known.size:
        return Tones(0.0, 0.0).of(plain), "Not one value is a number."
    if known.min() == known.max():
        return Tones(0.0, 0.0).of(plain), f"All values are {_number(known[0])}."
    if contrast.is_log and known.max() > 0:
        return _logarithmic(plain, contrast)
    tones = _tones(plain, known, contrast, axes)
    words = f"Black is {_number(tones.low)}, white {_number(tones.high)}."
    if contrast.is_log:
        words = f"No value is above 0, so the scale is linear. {words}"
    elif tones.gamma != 1:
        words += " Dark tones are lifted."
    return tones.of(plain), words + _unknown(plain)


def _tones(
    plain: NDArray[np.float64],
    known: NDArray[np.float64],
    contrast: Contrast,
    axes: Sequence[NxAxis],
) -> Tones:
    if contrast.low is None or contrast.high is None:
        reciprocal = any(measures(axis, unit) for axis in axes for unit in ("1/m", "rad"))
        return tones_of(plain, is_diffraction=reciprocal)
    low, high = np.percentile(known, (contrast.low, contrast.high))
    if high <= low:
        low, high = known.min(), known.max()
    return Tones(float(low), float(high))


def _logarithmic(plain: NDArray[np.float64], contrast: Contrast) -> tuple[Shades, str]:
    above = plain > 0
    logs = np.log10(np.where(above, plain, 1.0))
    bounds = (
        0.5 if contrast.low is None else contrast.low,
        99.9 if contrast.high is None else contrast.high,
    )
    low, high = (float(one) for one in np.percentile(logs[above], bounds))
    if high <= low:
        low, high = float(logs[above].min()) - 1, float(logs[above].max())
    logs = np.where(above, logs, np.where(np.isnan(plain), np.nan, low))
    words = f"Logarithmic: black is {_number(10**low)}, white {_number(10**high)}."
    return Tones(low, high).of(logs), words + _unknown(plain)


def _unknown(plain: NDArray[np.float64]) -> str:
    return " Violet is no number." if np.isnan(plain).any() else ""


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}", 1) if value < 0 else f"{value:.4g}"


def _mark(pen: ImageDraw.ImageDraw, mark: Ring | Area, across: float, down: float) -> None:
    """Draw a mark's outline, bright on dark so that it is seen on both."""
    if isinstance(mark, Ring):
        x, y = (mark.column + 0.5) * across, (mark.row + 0.5) * down
        wide, high = mark.radius * across, mark.radius * down
        for width, ink in ((4, _EDGE), (2, _MARK)):
            pen.ellipse((x - wide, y - high, x + wide, y + high), outline=ink, width=width)
        return
    left, right = mark.columns.start * across, mark.columns.stop * across
    top, bottom = mark.rows.start * down, mark.rows.stop * down
    for extra, ink in ((3, _EDGE), (2, _MARK), (0, _EDGE)):
        pen.rectangle((left - extra, top - extra, right + extra, bottom + extra), outline=ink)
