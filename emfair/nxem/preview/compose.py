"""Which drawings make up a preview, where they stand, and their bytes."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence

import numpy as np
from PIL import Image

from emfair.nxem.preview.frame import framed, legible
from emfair.nxem.preview.letters import PAPER
from emfair.nxem.preview.picture import colour_bar, colours, fitted, picture, shrunk
from emfair.nxem.preview.plot import curve, lines_below
from emfair.nxem.preview.tones import Values, tones_of
from emfair.nxem.shape import NxAxis
from emfair.nxem.views import STRIP, measures, zero_peak
from emfair.nxem.watcher import Watcher
from emfair.units import pint_unit

LOG = logging.getLogger(__name__)

SIDE, WIDE = 400, 480
GAP = 8
LIMIT = 200_000
"""Bytes of a preview."""


def draw(watcher: Watcher) -> bytes:
    """Return the preview as PNG (at most `LIMIT` bytes).

    Whatever cannot be drawn is told in the log, and gives an empty sheet: no picture is worth a
    container.
    """
    if not watcher.failed:
        try:
            return _png(_drawn(watcher))
        except Exception:
            LOG.exception("no preview: a %s could not be drawn", watcher.shape.kind)
    return _png(Image.new("L", (SIDE, SIDE), 225))


def _drawn(watcher: Watcher) -> Image.Image:
    if "spectrum" in watcher.views:
        return _spectra(watcher)
    if "map" in watcher.views:
        return _scan(watcher)
    return _frames(watcher)


def _spectra(watcher: Watcher) -> Image.Image:
    """Return the sum of all spectra; below it the lines of a line scan, above it the map."""
    axis, values = legible(watcher.axes("spectrum")[0]), watcher.values("spectrum")
    frame = framed(values, axis, is_spectrum=True)
    count = watcher.summed("spectrum")
    plot = curve(
        values,
        axis,
        frame,
        is_filled=frame.is_log or not frame.low,
        quantity=watcher.quantity,
        remark=f"sum of {count:,} spectra" if count > 1 else "",
    )
    if "lines" in watcher.views and len(watcher.values("lines")) > 1:
        lines = watcher.values("lines")
        zero = zero_peak(axis) * lines.shape[1] // len(axis.points)
        tones = tones_of(lines[:, zero:])
        return _column([plot, lines_below(tones.of(lines), axis, frame, 140)])
    if "map" in watcher.views and watcher.values("map").size > 1:
        where = _flat(watcher, "map", (plot.width, plot.height))
        return (_row if 2 * where.width < where.height else _column)([where, plot])
    return plot


def _scan(watcher: Watcher) -> Image.Image:
    """Return the intensity at each point of a scan, beside the mean of all patterns."""
    half = (WIDE - GAP) // 2
    where, mean = watcher.values("map"), watcher.values("mean")
    if where.size == 1:
        return _flat(watcher, "mean", (SIDE, SIDE))
    if mean.size == 1:
        return _flat(watcher, "map", (SIDE, SIDE))
    if 1 in where.shape:
        return _column([_flat(watcher, "map", (SIDE, SIDE)), _flat(watcher, "mean", (SIDE, 280))])
    return _row([_flat(watcher, "map", (half, half)), _flat(watcher, "mean", (half, half))])


def _frames(watcher: Watcher) -> Image.Image:
    """Return the middle frame, above a strip of some frames; of two frames both."""
    names = [f"strip{place}" for place in range(STRIP) if f"strip{place}" in watcher.views]
    frame = watcher.values("frame")
    if not names or frame.ndim == 1 or 1 in frame.shape[:2]:
        return _flat(watcher, "frame", (SIDE, SIDE))
    if len(names) == 2:
        return _row(_strip(watcher, names, ((WIDE - GAP) // 2, SIDE), bar=True))
    width = (SIDE - GAP * (len(names) - 1)) // len(names)
    strip = _strip(watcher, names, (width, 120), bar=False)
    return _column([_flat(watcher, "frame", (SIDE, SIDE)), _row(strip)])


def _strip(
    watcher: Watcher, names: Sequence[str], box: tuple[int, int], *, bar: bool
) -> list[Image.Image]:
    """Return frames in the same shades."""
    axes = watcher.axes(names[0])
    size = fitted(axes, box)
    if watcher.shape.is_colour:
        return [picture(colours(watcher.values(name)), axes, size, bar=bar) for name in names]
    frames = [shrunk(watcher.values(name), size) for name in names]
    common = tones_of(np.stack(frames), is_diffraction=_is_diffraction(axes))
    return [picture(common.of(frame), axes, size, bar=bar) for frame in frames]


def _flat(watcher: Watcher, name: str, box: tuple[int, int]) -> Image.Image:
    """Return a view as a picture in a box; as a curve, if it is a row or a column of points."""
    values, axes = watcher.values(name), watcher.axes(name)
    if watcher.shape.is_colour:
        return picture(colours(values), axes, fitted(axes, box))
    if values.ndim == 1:
        return _curve(values, axes[0], watcher.quantity)
    if 1 in values.shape and values.size > 1:
        axis = axes[1] if values.shape[0] == 1 else axes[0]
        return _curve(values.ravel(), axis, watcher.quantity if name == "frame" else "")
    size = fitted(axes, box)
    fewer = shrunk(values, size)
    tones = tones_of(fewer, is_diffraction=_is_diffraction(axes))
    drawn = picture(tones.of(fewer), axes, size)
    unit = _unit(watcher.quantity) if name == "frame" else ""
    if not unit or tones.high <= tones.low or drawn.height < 100:
        return drawn
    return _row([drawn, colour_bar(tones, unit, drawn.height)])


def _curve(values: Values, axis: NxAxis, quantity: str) -> Image.Image:
    axis = legible(axis)
    frame = framed(values, axis, is_spectrum=False)
    return curve(values, axis, frame, is_filled=False, quantity=quantity)


def _unit(quantity: str) -> str:
    """Return the unit of a quantity, ``µm`` of ``Height (µm)``, if it says more than a count."""
    found = re.search(r"\(([^()]+)\)$", quantity.strip())
    return found[1] if found and pint_unit(found[1]) else ""


def _is_diffraction(axes: Sequence[NxAxis]) -> bool:
    """Whether a picture's axes are reciprocal lengths or angles."""
    return any(measures(axis, unit) for axis in axes[-2:] for unit in ("1/m", "rad"))


def _column(parts: Sequence[Image.Image]) -> Image.Image:
    width, height = max(p.width for p in parts), sum(p.height for p in parts)
    sheet = Image.new(_mode(parts), (width, height + GAP * (len(parts) - 1)), PAPER)
    top = 0
    for part in parts:
        sheet.paste(part, ((width - part.width) // 2, top))
        top += part.height + GAP
    return sheet


def _row(parts: Sequence[Image.Image]) -> Image.Image:
    width, height = sum(p.width for p in parts), max(p.height for p in parts)
    sheet = Image.new(_mode(parts), (width + GAP * (len(parts) - 1), height), PAPER)
    left = 0
    for part in parts:
        sheet.paste(part, (left, (height - part.height) // 2))
        left += part.width + GAP
    return sheet


def _mode(parts: Sequence[Image.Image]) -> str:
    return "L" if all(part.mode == "L" for part in parts) else "RGB"


def _png(image: Image.Image) -> bytes:
    """Return a PNG; noise, which PNG cannot pack, in fewer colours."""
    for colours_left in (0, 128, 64, 32, 16):
        stream = io.BytesIO()
        fewer = image.quantize(colours_left) if colours_left else image
        fewer.save(stream, "PNG", optimize=True)
        if stream.tell() <= LIMIT:
            break
    return stream.getvalue()
