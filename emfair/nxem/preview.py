"""A picture of each measurement, drawn from what passes by while the container is written.

What does not belong here: reading the array again.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from emfair.nxem.shape import NxAxis, Shape

SIDE = 320
INK, PAPER, GRID, LINE = "#1b2430", "#ffffff", "#d5dbe3", "#1f6feb"


class Watcher:
    """Collects the preview's numbers from the blocks of one array.

    For pictures: the middle frame of a stack, the summed intensity at each scan point of a 4D scan.
    For spectra: the sum over all points. Complex data show their real part.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        sizes = tuple(len(axis.points) for axis in shape.axes)
        names = [axis.name for axis in shape.axes]
        self.energy = names.index("axis_energy") if "axis_energy" in names else None
        self.is_colour = not shape.is_spectrum and shape.axes[-1].long_name.startswith("colour")
        self.is_scan = len(sizes) == 4 and not shape.is_spectrum
        self.picture: NDArray[Any] | None = None
        if self.is_scan:
            self.picture = np.zeros(sizes[:2], np.float64)
        elif self.energy is not None:
            self.picture = np.zeros(sizes[self.energy], np.float64)
        rank = 3 if self.is_colour else min(2, len(sizes))
        self.lead = tuple(size // 2 for size in sizes[: len(sizes) - rank])
        self.sizes = sizes

    def see(self, offset: tuple[int, ...], block: NDArray[Any]) -> None:
        """Take what the preview needs from one block."""
        if self.is_scan and self.picture is not None:
            rows = slice(offset[0], offset[0] + block.shape[0])
            columns = slice(offset[1], offset[1] + block.shape[1])
            self.picture[rows, columns] += block.sum(axis=(2, 3), dtype=np.float64)
        elif self.energy is not None and self.picture is not None:
            others = tuple(axis for axis in range(block.ndim) if axis != self.energy)
            start = offset[self.energy]
            stop = start + block.shape[self.energy]
            self.picture[start:stop] += block.sum(axis=others, dtype=np.float64)
        else:
            self._see_frame(offset, block)

    def _see_frame(self, offset: tuple[int, ...], block: NDArray[Any]) -> None:
        if self.picture is None:
            self.picture = np.zeros(self.sizes[len(self.lead) :], block.dtype)
        picked = []
        for axis, index in enumerate(self.lead):
            if not offset[axis] <= index < offset[axis] + block.shape[axis]:
                return
            picked.append(index - offset[axis])
        frame = block[tuple(picked)]
        start = offset[len(self.lead)]
        self.picture[start : start + frame.shape[0]] = frame


def draw(watcher: Watcher, title: str) -> bytes:
    """Return the preview as PNG (at most 200 kB)."""
    data = watcher.picture
    if data is None:
        data = np.zeros((1, 1))
    axes = watcher.shape.axes
    if data.ndim == 1:
        axis = axes[watcher.energy if watcher.energy is not None else -1]
        image = _plot(data, axis, title)
    else:
        across = axes[1] if watcher.is_scan else axes[-2 if watcher.is_colour else -1]
        image = _picture(data, across, is_colour=watcher.is_colour)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _stretched(data: NDArray[Any]) -> NDArray[np.uint8]:
    values = np.nan_to_num(data.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = np.percentile(values, (0.5, 99.5))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    span = high - low or 1.0
    return (np.clip((values - low) / span, 0, 1) * 255).astype(np.uint8)


def _picture(data: NDArray[Any], across: NxAxis, *, is_colour: bool) -> Image.Image:
    step = tuple(slice(None, None, max(1, size // (2 * SIDE))) for size in data.shape[:2])
    image = Image.fromarray(_stretched(data[step])[..., :3] if is_colour else _stretched(data[step]))
    scale = SIDE / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    resample = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS
    image = image.convert("RGB").resize(size, resample)
    width = abs(across.scale or 0.0) * len(across.points)
    if across.unit and width > 0:
        _scale_bar(image, width, across.unit)
    return image


def _scale_bar(image: Image.Image, width: float, unit: str) -> None:
    length = _round_below(width / 3)
    pixels = round(length / width * image.width)
    if pixels < 4 or image.height < 60:
        return
    pen = ImageDraw.Draw(image, "RGBA")
    text = f"{length:g} {unit.replace('**-1', '⁻¹').replace('um', 'µm')}"
    font = ImageFont.load_default(15)
    left, bottom = 10, image.height - 10
    box = (left - 6, bottom - 30, left + max(pixels, int(font.getlength(text))) + 6, bottom + 5)
    pen.rectangle(box, fill=(0, 0, 0, 150))
    pen.rectangle((left, bottom - 4, left + pixels, bottom), fill="white")
    pen.text((left, bottom - 27), text, fill="white", font=font)


def _round_below(value: float) -> float:
    """Return the largest of 1, 2, 5 × 10ⁿ that is not above `value`."""
    magnitude = 10.0 ** np.floor(np.log10(value))
    for digit in (5, 2, 1):
        if digit * magnitude <= value * (1 + 1e-9):
            return float(digit * magnitude)
    return float(magnitude)


def _plot(data: NDArray[Any], axis: NxAxis, title: str) -> Image.Image:
    width, height, left, bottom, top = SIDE * 3 // 2, SIDE * 3 // 4, 14, 34, 26
    image = Image.new("RGB", (width * 2, height * 2), PAPER)
    pen = ImageDraw.Draw(image)
    values = np.nan_to_num(data.astype(np.float64))
    low, high = min(0.0, float(values.min())), float(values.max())
    span = high - low or 1.0
    inner_w, inner_h = (width - 2 * left) * 2, (height - bottom - top) * 2
    x = left * 2 + np.linspace(0, inner_w, len(values))
    y = top * 2 + inner_h * (1 - (values - low) / span)
    base = top * 2 + inner_h
    small = ImageFont.load_default(22)
    for fraction in (0.0, 0.25, 0.5, 0.75, 1.0):
        at = left * 2 + fraction * inner_w
        pen.line((at, top * 2, at, base), fill=GRID, width=2)
        value = axis.points[round(fraction * (len(axis.points) - 1))]
        anchor = "la" if fraction == 0 else "ra" if fraction == 1 else "ma"
        pen.text((at, base + 6), f"{value:.4g}", fill=INK, font=small, anchor=anchor)
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    if len(points) > 1:
        pen.line(points, fill=LINE, width=3, joint="curve")
    pen.line((left * 2, base, left * 2 + inner_w, base), fill=INK, width=2)
    font = ImageFont.load_default(24)
    pen.text((left * 2, 12), _fit(title, font, inner_w), fill=INK, font=font)
    pen.text((width, height * 2 - 8), axis.long_name, fill=INK, font=small, anchor="ms")
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _fit(text: str, font: Any, width: float) -> str:
    while len(text) > 4 and font.getlength(text) > width:
        text = text[:-5] + "…"
    return text
