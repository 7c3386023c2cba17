"""Curves over their axis, and the lines of a line scan below them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from emfair.nxem.preview.frame import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    WIDTH,
    Frame,
    Numbers,
    points_of,
)
from emfair.nxem.preview.letters import (
    FILL,
    GRID,
    INK,
    LINE,
    PAPER,
    drawable,
    font,
    width_of,
    write,
)
from emfair.nxem.preview.numbers import marks, short
from emfair.nxem.preview.tones import Shades, tame
from emfair.nxem.shape import NxAxis

_FACE = 22


def curve(
    data: NDArray[Any],
    axis: NxAxis,
    frame: Frame,
    *,
    is_filled: bool,
    quantity: str = "",
    remark: str = "",
) -> Image.Image:
    """Return a curve in its frame, with round numbers at both axes.

    Above it stands on the left what its values are, on the right a remark.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    heights = _grid(pen, frame)
    shown = _outline(tame(data), points_of(axis, len(data)), frame)
    if is_filled and len(shown) > 2:
        pen.polygon([(shown[0][0], BOTTOM), *shown, (shown[-1][0], BOTTOM)], fill=FILL)
        _lines(pen, heights)
    if len(shown) > 1:
        pen.line(shown, fill=LINE, width=3, joint="curve")
    elif shown:
        pen.line((shown[0][0], BOTTOM, *shown[0]), fill=LINE, width=3)
    pen.line((LEFT, BOTTOM, RIGHT, BOTTOM), fill=INK, width=2)
    _numbers(pen, axis, frame)
    face = font(_FACE)
    write(pen, (LEFT, 6), drawable(quantity)[:40], INK, face)
    remark = drawable(remark)
    write(pen, (RIGHT - width_of(remark, face), 6), remark, INK, face)
    return image.resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.LANCZOS)


def lines_below(shades: Shades, axis: NxAxis, frame: Frame, height: int) -> Image.Image:
    """Return a line scan's lines as shades, point for point below the curve of their sum."""
    points = points_of(axis, shades.shape[1])
    left, right = LEFT // 2, RIGHT // 2
    at = frame.first + (np.arange(left, right) + 0.5 - left) / (right - left) * (
        frame.last - frame.first
    )
    order = np.argsort(points, kind="stable")
    columns = order[np.clip(np.searchsorted(points[order], at), 0, len(points) - 1)]
    strip = Image.fromarray(np.ascontiguousarray(shades[:, columns]))
    resample = Image.Resampling.BOX if shades.shape[0] > height else Image.Resampling.NEAREST
    sheet = Image.new("RGB", (WIDTH // 2, height), PAPER)
    sheet.paste(strip.resize((right - left, height), resample), (left, 0))
    return sheet


def _outline(values: Numbers, points: Numbers, frame: Frame) -> list[tuple[float, float]]:
    """Return the curve's points in the frame: of many, the least and greatest of each column."""
    low, high = sorted((frame.first, frame.last))
    seen = (points >= low) & (points <= high) & ~np.isnan(values)
    x, y = frame.x(points[seen]), frame.y(values[seen])
    columns = RIGHT - LEFT
    if len(x) > 4 * columns:
        parts = zip(np.array_split(x, columns), np.array_split(y, columns), strict=True)
        return [
            (float(across.mean()), float(extreme))
            for across, down in parts
            for extreme in (down.max(), down.min())
        ]
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _grid(pen: ImageDraw.ImageDraw, frame: Frame) -> list[float]:
    """Draw lines at the values' round numbers, and the numbers; return where the lines stand."""
    face = font(_FACE)
    numbers = _decades(frame) if frame.is_log else marks(frame.low, frame.high, 4)
    step = numbers[1] - numbers[0] if len(numbers) > 1 and not frame.is_log else 0.0
    heights = [float(frame.y(number)) for number in numbers]
    _lines(pen, heights)
    for number, height in zip(numbers, heights, strict=True):
        text = short(number, step)
        at = (LEFT - 12 - width_of(text, face), height - _FACE * 0.6)
        write(pen, at, text, INK, face)
    return heights


def _decades(frame: Frame) -> list[float]:
    first, last = math.ceil(math.log10(frame.low)), math.floor(math.log10(frame.high))
    step = max(1, -(-(last - first) // 4))
    return [10.0**power for power in range(first, last + 1, step)]


def _lines(pen: ImageDraw.ImageDraw, heights: list[float]) -> None:
    for height in heights:
        pen.line((LEFT, height, RIGHT, height), fill=GRID, width=2)


def _numbers(pen: ImageDraw.ImageDraw, axis: NxAxis, frame: Frame) -> None:
    """Write the axis' round numbers below it, and what it measures."""
    face = font(_FACE)
    first, last = sorted((frame.first, frame.last))
    numbers = marks(first, last, 5)
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 0.0
    for number in numbers:
        at = float(frame.x(number))
        pen.line((at, BOTTOM, at, BOTTOM + 8), fill=INK, width=2)
        text = f"{number:.6g}" if abs(number) > step / 2 else "0"
        half = width_of(text, face) / 2
        write(pen, (min(at - half, WIDTH - 2 * half - 4), BOTTOM + 10), text, INK, face)
    label = drawable(axis.long_name)[:60]
    middle = (LEFT + RIGHT) / 2 - width_of(label, face) / 2
    write(pen, (middle, HEIGHT - 36), label, INK, face)
