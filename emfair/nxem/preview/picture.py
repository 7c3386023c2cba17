"""Pictures: shades in a box, with a scale bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from emfair.nxem.preview.letters import drawable, font, width_of, write
from emfair.nxem.preview.numbers import marks, round_below, short
from emfair.nxem.preview.tones import Shades, Tones, tame
from emfair.nxem.shape import NxAxis
from emfair.nxem.show import adapted

DARK = 64
"""Shade below which a photo needs light."""
LEAST = 24
"""Pixels of a picture's shorter side, however long and narrow it is."""


def fitted(axes: Sequence[NxAxis], box: tuple[int, int]) -> tuple[int, int]:
    """Return the width and height of the largest picture that fits into a box.

    Parameters
    ----------
    axes
        Of the rows and the columns, not thinned: their lengths are the picture's. Points that are
        not as far apart in rows as in columns are drawn so.
    """
    rows, columns = axes[0], axes[1]
    high, wide = len(rows.points) * _stretch(rows, columns), float(len(columns.points))
    scale = min(box[0] / wide, box[1] / high)
    least = min(LEAST, *box)
    return max(least, round(wide * scale)), max(least, round(high * scale))


def shrunk(data: NDArray[Any], size: tuple[int, int]) -> NDArray[np.float64]:
    """Return `data`, (rows, columns), with as many points as the picture has pixels, if not fewer.

    Each is the mean of those it stands for: noise fades before contrast is chosen.
    """
    values = tame(data)
    width, height = min(size[0], values.shape[1]), min(size[1], values.shape[0])
    if (height, width) == values.shape:
        return values
    known = values[~np.isnan(values)]
    low, span = (known.min(), np.ptp(known) or 1.0) if known.size else (0.0, 1.0)
    image = Image.fromarray(((values - low) / span).astype(np.float32))
    fewer = image.resize((width, height), Image.Resampling.BOX)
    return np.asarray(fewer, np.float64) * span + low


def picture(
    shades: Shades, axes: Sequence[NxAxis], size: tuple[int, int], *, bar: bool = True
) -> Image.Image:
    """Return shades, (rows, columns) or (rows, columns, 3), as large as `fitted` told.

    Parameters
    ----------
    bar
        Whether a scale bar is drawn, where the columns have a unit.
    """
    columns = axes[1]
    image = Image.fromarray(shades)
    shrinks = size[0] < image.width or size[1] < image.height
    resample = Image.Resampling.BOX if shrinks else Image.Resampling.NEAREST
    image = image.resize(size, resample)
    width = abs(columns.scale or 0.0) * len(columns.points)
    if bar and columns.unit and 0 < width < math.inf:
        _scale_bar(image, *bar_of(width, columns.unit))
    return image


def colours(data: NDArray[Any]) -> Shades:
    """Return red, green, blue as they are; dark photos, and deeper ones, by their brightest."""
    channels = data[..., :3]
    if channels.shape[-1] < 3:
        channels = np.repeat(channels[..., :1], 3, axis=-1)
    values = np.nan_to_num(tame(channels))
    high = float(np.percentile(values, 99.9)) or float(values.max()) or 1.0
    if channels.dtype == np.uint8 and high >= DARK:
        return np.ascontiguousarray(channels)
    return np.rint(np.clip(values / high, 0, 1) * 255).astype(np.uint8)


def colour_bar(tones: Tones, unit: str, height: int) -> Image.Image:
    """Return the shades from black, below, to white, with the values they stand for."""
    sheet = Image.new("L", (72, height), 255)
    pen = ImageDraw.Draw(sheet)
    top, bottom = 24, height - 10
    values = np.linspace(tones.high, tones.low, bottom - top)[:, np.newaxis]
    sheet.paste(Image.fromarray(np.repeat(tones.of(values), 14, axis=1)), (1, top))
    pen.rectangle((0, top - 1, 15, bottom), outline=0)
    face = font(12)
    write(pen, (0, 4), drawable(unit)[:12], 0, face)
    span = tones.high - tones.low
    numbers = marks(tones.low, tones.high, 5)
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 0.0
    for number in numbers if tones.gamma == 1 else (tones.low, tones.high):
        at = bottom - (number - tones.low) / span * (bottom - top)
        pen.line((15, at, 19, at), fill=0)
        write(pen, (22, at - 8), short(number, step), 0, face)
    return sheet


def _stretch(rows: NxAxis, columns: NxAxis) -> float:
    """Return how much farther apart rows are than columns; 1 where that is not sure."""
    if rows.unit != columns.unit or not rows.unit or not rows.scale or not columns.scale:
        return 1.0
    ratio = abs(rows.scale / columns.scale)
    return ratio if 0.2 < ratio < 5 else 1.0


def bar_of(width: float, unit: str) -> tuple[float, str, float]:
    """Return a round length, its unit, and which part of a picture so wide it is: about a third.

    >>> bar_of(2000.0, "nm")
    (0.5, 'µm', 0.25)

    The unit is the one in which the picture's width is told.
    """
    told, unit = adapted(width, unit)
    length = round_below(told / 3)
    return length, unit, length / told


def _scale_bar(image: Image.Image, length: float, unit: str, part: float) -> None:
    """Draw a bar and write its length above, in the upper left corner.

    Below, vendors' programs write their own data bars into pictures.
    """
    pixels = round(part * image.width)
    if pixels < 4 or image.height < 60:
        return
    face = font(15)
    text = drawable(f"{length:g} {unit}")
    left, bottom = 10, 36
    right = left + max(pixels, math.ceil(width_of(text, face)))
    if right + 6 > image.width:
        return
    box = (left - 6, bottom - 30, right + 6, bottom + 5)
    image.paste(image.crop(box).point(lambda shade: shade * 2 // 5), box)
    pen = ImageDraw.Draw(image)
    pen.rectangle((left, bottom - 4, left + pixels, bottom), fill="white")
    write(pen, (left, bottom - 27), text, "white", face)
