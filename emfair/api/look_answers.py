"""What quick looks answer with: what can be looked at, curves, and bytes of pictures and arrays.

What does not belong here: routes (`looks`), and reading (`emfair.service.looks`).
"""

from __future__ import annotations

import io
from typing import Any, Self
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from emfair.errors import TooMuch
from emfair.nxem.shape import NxAxis
from emfair.service.looks import Below, Curve, Edge, Kind, Look
from emfair.service.looks.asked import Backgrounds, Detectors, place_axes, region_axes
from emfair.service.looks.values import numbers_of

POINTS = 1 << 16
"""Of a curve that is told as JSON."""


class AxisAnswer(BaseModel):
    """An axis of the array, slowest first."""

    name: str = Field(examples=["axis_energy"])
    label: str = Field(description="As a plot writes it.", examples=["Energy loss (eV)"])
    unit: str = Field(description="Empty for none.", examples=["eV"])
    size: int = Field(examples=[2048])
    first: float = Field(description="At index 0.", examples=[-20.0])
    last: float = Field(examples=[1515.0])

    @classmethod
    def of(cls, axis: NxAxis) -> Self:
        """Return the answer."""
        points = numbers_of(axis)
        ends = (float(points[0]), float(points[-1])) if len(points) else (0.0, 0.0)
        return cls(
            name=axis.name,
            label=axis.long_name,
            unit=axis.unit,
            size=len(points),
            first=ends[0],
            last=ends[1],
        )


class EdgeAnswer(BaseModel):
    """Where an ionization edge of the sample's elements begins."""

    name: str = Field(examples=["O K"])
    energy: float = Field(description="In eV.", examples=[532.0])

    @classmethod
    def of(cls, edge: Edge) -> Self:
        """Return the answer."""
        return cls(name=edge.name, energy=edge.energy)


class LookAnswer(BaseModel):
    """What there is to look at in a measurement's container."""

    kind: Kind = Field(description="Which look fits.", examples=["spectra"])
    quantity: str = Field(description="What the numbers are.", examples=["Counts"])
    is_complex: bool
    is_large: bool = Field(
        description="More than a quick look reads: it takes every n-th place, unless `thorough`."
    )
    axes: list[AxisAnswer]
    place: list[str] = Field(
        description="Axes along which one index each is given as `place`.", examples=[["axis_k"]]
    )
    region: list[str] = Field(
        description="Axes along which an index or a span each is given as `region`.",
        examples=[["axis_j", "axis_i"]],
    )
    spectral: str | None = Field(
        description="The axis of `window` and `background`.", examples=["axis_energy"]
    )
    edges: list[EdgeAnswer]
    links: dict[str, str] = Field(description="The looks that fit.")

    @classmethod
    def of(cls, look: Look, base: str) -> Self:
        """Return the answer; `base` is its own URL."""
        subject, axes = look.subject, look.subject.shape.axes
        return cls(
            kind=subject.kind,
            quantity=subject.quantity,
            is_complex=subject.is_complex,
            is_large=look.is_large,
            axes=[AxisAnswer.of(axis) for axis in axes],
            place=[axes[one].name for one in place_axes(look)],
            region=[axes[one].name for one in region_axes(look)],
            spectral=None if subject.spectral is None else axes[subject.spectral].name,
            edges=[EdgeAnswer.of(edge) for edge in look.edges],
            links={name: f"{base}/{name}" for name in _FITTING[subject.kind]},
        )


_FITTING: dict[Kind, tuple[str, ...]] = {
    Kind.CURVE: ("spectrum", "background"),
    Kind.PICTURE: ("picture",),
    Kind.STACK: ("picture",),
    Kind.LINES: ("picture", "spectrum", "profile", "background"),
    Kind.SPECTRA: ("map", "spectrum", "background"),
    Kind.SCAN: ("picture", "virtual-image", "detectors"),
}


class CurveAnswer(BaseModel):
    """Values along one axis."""

    axis: AxisAnswer
    points: list[float]
    values: list[float | None] = Field(description="Null is no number.")
    background: list[float | None] | None = Field(
        None, description="Below it, from the first fitted channel on; null where none was asked."
    )
    background_from: int | None = Field(None, description="The channel in which it begins.")
    exponent: float | None = Field(None, description="Of the power law A·E⁻ʳ.", examples=[3.1])
    doubt: str = Field("", description="Why the fit is none; empty if nothing speaks against it.")
    remark: str = Field("", description="How it was sampled; empty if every number was taken.")

    @classmethod
    def of(cls, curve: Curve, below: Below | None = None) -> Self:
        """Return the answer. Raises `TooMuch` for more than `POINTS`."""
        if len(curve.values) > POINTS:
            raise TooMuch(
                f"has {len(curve.values):,} points; as JSON {POINTS:,} are the most.",
                remedy="Ask for it as=npy.",
            )
        return cls(
            axis=AxisAnswer.of(curve.axis),
            points=curve.points.tolist(),
            values=_numbers(curve.values),
            background=None if below is None else _numbers(below.values),
            background_from=None if below is None else below.channels.start,
            exponent=None if below is None else float(below.exponent),
            doubt="" if below is None else below.doubt,
            remark=curve.remark,
        )


class WindowAnswer(BaseModel):
    """Channels of the spectral axis: `window` as it is asked for, and why those."""

    window: str = Field(examples=["480:540"])
    reason: str = Field(examples=["To begin with it ends before the edge O K."])


class BackgroundAnswer(BaseModel):
    """Where a background is fitted to begin with; null where it cannot be."""

    background: WindowAnswer | None
    window: WindowAnswer | None = Field(description="What is summed behind it.")

    @classmethod
    def of(cls, found: Backgrounds | None) -> Self:
        """Return the answer."""

        def told(window: range, reason: str) -> WindowAnswer:
            return WindowAnswer(window=f"{window.start}:{window.stop}", reason=reason)

        if found is None:
            return cls(background=None, window=None)
        return cls(
            background=told(*found.fitted) if found.summed else None,
            window=told(*found.summed) if found.summed else None,
        )


class DetectorAnswer(BaseModel):
    """A disk or an annulus on the camera, in its pixels; 0 is the first pixel's middle."""

    row: float = Field(examples=[63.5])
    column: float = Field(examples=[63.5])
    inner: float = Field(examples=[0.0])
    outer: float = Field(examples=[16.5])


class BeamAnswer(BaseModel):
    """The unscattered beam's disk on the camera, in its pixels."""

    row: float
    column: float
    radius: float


class DetectorsAnswer(BaseModel):
    """The beam, if one stands out, and the usual detectors by name."""

    beam: BeamAnswer | None
    usual: dict[str, DetectorAnswer]

    @classmethod
    def of(cls, found: Detectors) -> Self:
        """Return the answer."""
        beam = found.beam
        return cls(
            beam=beam and BeamAnswer(row=beam.row, column=beam.column, radius=beam.radius),
            usual={
                name: DetectorAnswer(
                    row=one.row, column=one.column, inner=one.inner, outer=one.outer
                )
                for name, one in found.usual.items()
            },
        )


def as_npy(array: NDArray[Any]) -> bytes:
    """Return an array as NumPy's format has it, without Python objects."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def in_header(text: str) -> str:
    """Return a sentence as a header can hold it: UTF-8, percent-encoded."""
    return quote(text, safe=" ,.:;()+-/'")


def _numbers(values: NDArray[Any]) -> list[float | None]:
    numbers = np.asarray(values, np.float64)
    known = np.isfinite(numbers)
    return [one if is_one else None for one, is_one in zip(numbers.tolist(), known, strict=True)]
