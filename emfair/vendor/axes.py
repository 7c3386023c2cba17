"""A reader's axes become ours, and what RosettaSciIO 0.15 gets wrong about them is mended.

What does not belong here: which NeXus axis one becomes (`emfair.nxem.shape`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from emfair.units import named_unit
from emfair.vendor.calibration import calibration_of
from emfair.vendor.mrc_axes import with_steps
from emfair.vendor.signal import Axis

Given = Mapping[str, Any]


def axes_of(
    reader: str, given: Sequence[Given], shape: tuple[int, ...], tags: Given | None = None
) -> tuple[Axis, ...]:
    """Return one axis for each dimension of `shape`, whatever the reader delivered.

    Parameters
    ----------
    tags
        The vendor's, where the reader passes over what they say of the axes.
    """
    if reader in _FAST_AXIS_FIRST:
        given = list(reversed(given))
    placed = _placed(given, len(shape))
    axes = tuple(_axis(placed.get(index, {}), size) for index, size in enumerate(shape))
    if reader == "Arina":  # whose axes do not say that the first two are the scan's
        axes = tuple(replace(axis, navigate=place < 2) for place, axis in enumerate(axes))
    if reader == "MRC":
        axes = tuple(with_steps(axis, tags or {}) for axis in axes)
    return tuple(_mended_tia(axis) for axis in axes) if reader == "TIA" else axes


_FAST_AXIS_FIRST = frozenset({"Semper"})
"""These list x, y, z beside arrays that run z, y, x: Semper's ``DX`` belongs to its columns."""


def _placed(given: Sequence[Given], rank: int) -> dict[int, Given]:
    """Return the axes by dimension: by ``index_in_array`` if that makes sense, else in their order.

    TIA numbers the energy axis of a single spectrum 1, although the array has one dimension. Some
    list y and x as the array runs, and number them 1 and 0 (photographs; Renishaw's white-light
    picture; Velox' EELS maps when they are read lazily): rows are y, so their order is right.
    """
    if [_text(axis.get("name")).lower() for axis in given[:2]] == ["y", "x"] and (
        len(given) == rank and [axis.get("index_in_array") for axis in given[:2]] == [1, 0]
    ):
        return dict(enumerate(given))
    said = [axis.get("index_in_array") for axis in given]
    if len(given) != rank or None not in said:
        places = [position if index is None else int(index) for position, index in enumerate(said)]
        if sorted(places) == list(range(rank)) or len(given) != rank:
            return dict(zip(places, given, strict=True))
    return dict(enumerate(given))


def _axis(given: Given, size: int) -> Axis:
    quantity, unit = named_unit(_text(given.get("units")))
    found = calibration_of({**given, "units": unit}, size)
    return Axis(
        name=_text(given.get("name")) or quantity,
        size=size,
        unit="" if found.broken else unit,
        scale=found.scale,
        offset=found.offset,
        values=found.values,
        navigate=bool(given.get("navigate")),
        broken=found.broken + (f" ({unit})" if found.broken and unit else ""),
    )


def _text(value: Any) -> str:
    """Return a name or unit; HyperSpy's ``<undefined>`` is none."""
    text = str(value or "").strip()
    return "" if text == "<undefined>" else text


def _mended_tia(axis: Axis) -> Axis:
    """Return an axis of TIA with its offset in the scale's unit, and its true dimension.

    TIA writes SI. RosettaSciIO turns the scale into nm (or 1/nm), and forgets the offset. Without
    the .emi file it takes every picture for one in metres: there a pixel of a metre or more is
    one of a diffraction pattern, in 1/m (64x64_diffraction_acquire.emi and its .ser alone, in
    HyperSpy's archive, are the same picture), and a step of exactly 1 m is TIA's "not calibrated".
    """
    if axis.unit == "1 / nm":
        return replace(axis, unit="1/nm", offset=axis.offset * 1e-9)
    if axis.unit != "nm":
        return axis
    metres = axis.scale * 1e-9
    if metres == 1.0:
        return replace(axis, unit="", scale=1.0)
    if abs(metres) > 1.0:
        return replace(axis, unit="1/nm", scale=metres * 1e-9, offset=axis.offset * 1e-9)
    return replace(axis, offset=axis.offset * 1e9)
