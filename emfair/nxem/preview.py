"""A picture of each measurement, drawn from what a `Watcher` saw.

The same numbers give the same bytes on every machine: the font is Pillow's own, and the letters it
lacks are drawn or spelled out. A preview bears no title: whoever shows it writes that beside it.
"""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from emfair.nxem.shape import NxAxis
from emfair.nxem.watcher import Watcher
from emfair.units import convert

SIDE = 320
INK, PAPER, GRID, LINE = "#1b2430", "#ffffff", "#d5dbe3", "#1f6feb"
Pixels = NDArray[Any]


def draw(watcher: Watcher) -> bytes:
    """Return the preview as PNG (at most 200 kB)."""
    data = watcher.picture if watcher.picture is not None else np.zeros((1, 1))
    axes = watcher.shape.axes
    if data.ndim == 1:
        image = _plot(data, axes[-1 if watcher.energy is None else watcher.energy])
    elif data.ndim == 2 and 1 in data.shape and data.size > 1:
        rows, columns = (axes[0], axes[1]) if watcher.is_scan else (axes[-2], axes[-1])
        image = _plot(data.ravel(), columns if data.shape[0] == 1 else rows)
    else:
        across = axes[1] if watcher.is_scan else axes[-2 if watcher.is_colour else -1]
        image = _picture(data, across, is_colour=watcher.is_colour)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    """Return a PNG; noise in colour, which PNG cannot pack, in fewer colours."""
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    if stream.tell() > 200_000:
        stream = io.BytesIO()
        image.quantize(128).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _tame(data: Pixels) -> NDArray[np.float64]:
    """Return float64 numbers that can be added and divided; what is not known is NaN."""
    with np.errstate(all="ignore"):
        values = data.astype(np.float64)
    values[~np.isfinite(values)] = np.nan
    return np.clip(values, -1e100, 1e100)


def _stretched(data: Pixels) -> NDArray[np.uint8]:
    """Return grey values: all but the darkest and the brightest 0.5 % between black and white."""
    values = _tame(data)
    known = values[~np.isnan(values)]
    if known.size == 0:
        return np.zeros(data.shape, np.uint8)
    low, high = np.percentile(known, (0.5, 99.5))
    if high <= low:
        low, high = known.min(), known.max()
    grey = np.clip((values - low) / ((high - low) or 1.0), 0, 1) * 255
    return np.asarray(np.nan_to_num(grey), dtype=np.uint8)


def _colours(data: Pixels) -> NDArray[np.uint8]:
    """Return red, green, blue as they are; deeper ones scaled by the brightest."""
    colours = data[..., :3]
    if colours.dtype == np.uint8:
        return np.asarray(colours)
    values = np.nan_to_num(_tame(colours))
    return np.asarray(np.clip(values / (values.max() or 1.0), 0, 1) * 255, dtype=np.uint8)


def _picture(data: Pixels, across: NxAxis, *, is_colour: bool) -> Image.Image:
    step = tuple(slice(None, None, max(1, size // (2 * SIDE))) for size in data.shape[:2])
    image = Image.fromarray(_colours(data[step]) if is_colour else _stretched(data[step]))
    scale = SIDE / max(data.shape[:2])
    size = (max(1, round(data.shape[1] * scale)), max(1, round(data.shape[0] * scale)))
    resample = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS
    image = image.convert("RGB" if is_colour else "L").resize(size, resample)
    width = abs(across.scale or 0.0) * len(across.points)
    if across.unit and 0 < width < math.inf:
        image = _with_scale_bar(image, width, across.unit)
    return image


def _with_scale_bar(image: Image.Image, width: float, unit: str) -> Image.Image:
    width, unit = _readable(width, unit)
    length = _round_below(width / 3)
    pixels = round(length / width * image.width)
    if pixels < 4 or image.height < 60:
        return image
    image = image.convert("RGB")
    pen = ImageDraw.Draw(image, "RGBA")
    font = ImageFont.load_default(15)
    text = _drawable(f"{length:g} {unit}")
    left, bottom = 10, image.height - 10
    box = (left - 6, bottom - 30, left + max(pixels, int(font.getlength(text))) + 6, bottom + 5)
    pen.rectangle(box, fill=(0, 0, 0, 150))
    pen.rectangle((left, bottom - 4, left + pixels, bottom), fill="white")
    _write(pen, (left, bottom - 27), text, "white", font)
    return image


def _readable(width: float, unit: str) -> tuple[float, str]:
    """Return a length in the unit in which its number is short: 0.0017 m are 1.7 mm."""
    for target in ("m", "mm", "µm", "nm", "pm"):
        try:
            turned = convert(width, unit, target)
        except ValueError:
            return width, unit
        if turned >= 3:  # the bar is a third of it
            return turned, target
    return width, unit


def _round_below(value: float) -> float:
    """Return the largest of 1, 2, 5 × 10ⁿ that is not above `value`."""
    magnitude = 10.0 ** math.floor(math.log10(value))
    for digit in (5, 2, 1):
        if digit * magnitude <= value * (1 + 1e-9):
            return digit * magnitude
    return magnitude


def _plot(data: Pixels, axis: NxAxis) -> Image.Image:
    """Return a curve over its axis, drawn twice as large and shrunk, for smooth lines."""
    width, height, side, bottom, top = SIDE * 3, SIDE * 3 // 2, 28, 76, 28
    image = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(image)
    frame = (side, top, width - side, height - bottom)
    font = ImageFont.load_default(22)
    _ticks(pen, axis, frame, font)
    points = _curve(_tame(data), frame)
    if len(points) > 1:
        pen.line(points, fill=LINE, width=3, joint="curve")
    pen.line((frame[0], frame[3], frame[2], frame[3]), fill=INK, width=2)
    label = _drawable(axis.long_name)[:60]
    at = (width / 2 - font.getlength(label) / 2, height - 36)
    _write(pen, at, label, INK, font)
    return image.resize((width // 2, height // 2), Image.Resampling.LANCZOS)


def _curve(
    values: NDArray[np.float64], frame: tuple[int, int, int, int]
) -> list[tuple[float, ...]]:
    """Return the curve's points: of many values, the least and the greatest of each column."""
    values = np.nan_to_num(values)
    columns = frame[2] - frame[0]
    if len(values) > 4 * columns:
        parts = np.array_split(values, columns)
        values = np.array([extreme for part in parts for extreme in (part.min(), part.max())])
    low, high = min(0.0, float(values.min())), float(values.max())
    x = np.linspace(frame[0], frame[2], len(values))
    y = frame[3] - (frame[3] - frame[1]) * (values - low) / ((high - low) or 1.0)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _ticks(pen: ImageDraw.ImageDraw, axis: NxAxis, frame: tuple[int, ...], font: Any) -> None:
    """Draw grid lines with round numbers; where the axis is not uniform, at both ends only."""
    first, last = float(axis.points[0]), float(axis.points[-1])
    span = last - first
    if not math.isfinite(span) or span == 0:
        return
    step = _round_below(abs(span) / 3)
    numbers = [step * n for n in range(math.ceil(min(first, last) / step),
                                       math.floor(max(first, last) / step) + 1)]  # fmt: skip
    if axis.scale is None or len(numbers) > 12:
        numbers = [first, last]
    for number in numbers:
        at = frame[0] + (number - first) / span * (frame[2] - frame[0])
        pen.line((at, frame[1], at, frame[3]), fill=GRID, width=2)
        text = f"{number:.12g}" if abs(number) >= step / 2 else "0"
        half = font.getlength(text) / 2
        at = min(max(at, frame[0] + half - 20), frame[2] - half + 20)
        pen.text((at - half, frame[3] + 6), text, fill=INK, font=font)


def _drawable(text: str) -> str:
    """Return `text` in letters that Pillow's own font has (and µ, which `_write` draws)."""
    for given, plain in (("Å", "angstrom"), ("μ", "µ"), ("**", "^"), ("⁻¹", "^-1")):
        text = text.replace(given, plain)
    return "".join(char if char in "µ°" or char.isascii() else "?" for char in text)


def _write(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, ink: str, font: Any
) -> None:
    """Write `text` with its upper left corner at `at`; a µ is a u with a stem down to the left."""
    pen.text(at, text.replace("µ", "u"), fill=ink, font=font)
    for index, char in enumerate(text):
        if char == "µ":
            left = at[0] + font.getlength(text[:index].replace("µ", "u")) + font.size * 0.08
            base = at[1] + font.getmetrics()[0]
            foot = base + font.size * 0.22
            pen.rectangle((left, base - font.size * 0.4, left + font.size * 0.07, foot), fill=ink)
