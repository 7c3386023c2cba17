"""A look's values as a picture: contrast, scale bar, and marks of what was chosen.

Pure functions, drawn as previews are (`emfair.nxem.preview`). What does not belong here: reading.
"""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import ImageDraw

from emfair.nxem.preview.picture import colours, fitted, picture, shrunk
from emfair.nxem.preview.tones import FAR, Shades, Tones, tame, tones_of
from emfair.nxem.shape import NxAxis
from emfair.nxem.views import measures
from emfair.service.looks.values import Flat, Numbers, Values

LARGE = (960, 720)
"""Pixels that a picture may take, across and down."""
_MARK, _EDGE = "#ffb000", "#000000"
_USUAL_LOG = (0.5, 99.9)
"""Percentiles that are black and white of a logarithm where none are chosen."""


@dataclass(frozen=True)
class Contrast:
    """How values become shades.

    Attributes
    ----------
    low, high
        Percentiles that are black and white; None for what a preview would choose.
    is_log
        Whether shades follow the logarithm of the values; what is not above 0 is black.
    gamma
        The power to which a shade is raised, from 0, black, to 1: below 1 lifts what is dark.
    in_values
        Whether `low` and `high` are values and no percentiles. Where they cannot be (`is_typed`),
        they are the least and the greatest value; of a logarithm, those above 0.
    """

    low: float | None = None
    high: float | None = None
    is_log: bool = False
    gamma: float = 1.0
    in_values: bool = False

    @property
    def is_typed(self) -> bool:
        """Whether two values are black and white that can be: they hold for any picture."""
        if not self.in_values or self.low is None or self.high is None:
            return False
        return self.low < self.high and (self.high > 0 or not self.is_log)


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
    if known.min() == known.max() and not contrast.is_typed:
        return Tones(0.0, 0.0).of(plain), f"All values are {_number(known[0])}{_beyond(known)}."
    if contrast.is_log and known.max() > 0:
        return _logarithmic(plain, contrast)
    tones = _tones(plain, known, contrast, axes)
    words = f"Black is {_between(tones.low, tones.high)}."
    if contrast.is_log:
        words = f"No value is above 0, so the scale is linear. {words}"
    return tones.of(plain), words + _gamma(tones) + _far(known) + _unknown(plain)


def usual_tones(flat: Flat, size: tuple[int, int] = LARGE) -> Tones:
    """Return what `drawn` makes black and white, and its gamma, unless others are chosen.

    The values are equal where all are; both 0 where not one is a number.
    """
    return _usual(shrunk(flat.values, fitted(flat.axes, size)), flat.axes)


def figures(low: float, high: float) -> int:
    """Return how many significant digits tell values between two: four of what lies between.

    At least four, and no more than a number has.
    """
    if not low < high:
        return 4
    apart = min(high - low, sys.float_info.max)
    largest = max(abs(low), abs(high))
    more = math.floor(math.log10(largest)) - math.floor(math.log10(apart))
    return min(4 + max(more, 0), 17)


def _usual(values: Values, axes: Sequence[NxAxis]) -> Tones:
    reciprocal = any(measures(axis, unit) for axis in axes for unit in ("1/m", "rad"))
    return tones_of(values, is_diffraction=reciprocal)


def _tones(plain: Numbers, known: Numbers, contrast: Contrast, axes: Sequence[NxAxis]) -> Tones:
    if contrast.low is None or contrast.high is None:
        return _usual(plain, axes)
    return Tones(*_bounds(known, contrast), contrast.gamma)


def _bounds(known: Numbers, contrast: Contrast) -> tuple[float, float]:
    low, high = contrast.low, contrast.high
    if low is not None and high is not None:
        if contrast.is_typed:
            return low, high
        if not contrast.in_values:
            low, high = (float(one) for one in np.percentile(known, (low, high)))
            if low < high:
                return low, high
    return float(known.min()), float(known.max())


def _logarithmic(plain: Numbers, contrast: Contrast) -> tuple[Shades, str]:
    above = plain > 0
    known = plain[above]
    if contrast.low is None or contrast.high is None:
        contrast = replace(contrast, low=_USUAL_LOG[0], high=_USUAL_LOG[1], in_values=False)
    low, high = _bounds(known, contrast)
    low = low if low > 0 else float(known.min())
    low = low if low < high else high / 10
    tones = Tones(math.log10(low), math.log10(high), contrast.gamma)
    logs = np.log10(np.where(above, plain, 1.0))
    logs = np.where(above, logs, np.where(np.isnan(plain), np.nan, tones.low))
    words = f"Logarithmic: black is {_between(low, high)}."
    return tones.of(logs), words + _gamma(tones) + _far(known) + _unknown(plain)


def _gamma(tones: Tones) -> str:
    return "" if tones.gamma == 1 else f" Gamma {tones.gamma:.2g}."


def _beyond(known: Numbers) -> str:
    """Return what is to be said of equal values that are as far from 0 as any are taken for."""
    if abs(known[0]) < FAR:
        return ""
    return " or more" if known[0] > 0 else " or less"


def _far(known: Numbers) -> str:
    if np.abs(known).max() < FAR:
        return ""
    return f" What lies beyond ±{FAR:g} is drawn as if it were that."


def _unknown(plain: Numbers) -> str:
    return " Violet is no number." if np.isnan(plain).any() else ""


def _between(low: float, high: float) -> str:
    digits = figures(low, high)
    return f"{_number(low, digits)}, white {_number(high, digits)}"


_LONGEST = 1e9
"""Whole numbers below are written out, as everywhere else."""


def _number(value: float, digits: int = 4) -> str:
    told = f"{value:.{digits}g}"
    if "e+" in told and abs(value) < _LONGEST:
        told = f"{float(told):.0f}"  # beside others of its kind an exponent is hard to compare
    return told.replace("-", "\N{MINUS SIGN}", 1) if value < 0 else told


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
