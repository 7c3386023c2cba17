"""4D-STEM: a virtual detector on the camera, the image that it sees, and the pattern at a point."""

from __future__ import annotations

import streamlit as st

from emfair.nxem.shape import NxAxis
from emfair.service.looks import Area, Detector, Look, Ring, presets
from ui_streamlit.components.choosing import contrast, place_on
from ui_streamlit.components.picture import HALF, picture
from ui_streamlit.components.values import with_unit

_MEAN, _POINT = "Mean of all patterns", "At a point"


def scan(look: Look, key: str) -> None:
    """Show the camera with a detector on it, beside what the detector sees."""
    mean = look.mean_pattern()
    usual = _usual(look)
    name = st.segmented_control(
        "Virtual detector", list(usual), default="Bright field", required=True, key=f"{key}-which"
    )
    camera, image = st.columns(2, gap="medium")
    axes = look.subject.shape.axes
    with camera:
        shown = st.radio("Camera", [_MEAN, _POINT], horizontal=True, key=f"{key}-pattern")
        at_point = shown == _POINT
        onto = st.container()
        detector = _adjusted(usual[str(name)], axes[2:], f"{key}-{name}")
    with image:
        st.markdown("Virtual image")
        into = st.container()
        point = [place_on(axes[n], f"{key}-{n}", middle=True) if at_point else 0 for n in (0, 1)]
    with onto:
        rings = [
            Ring(detector.row, detector.column, radius)
            for radius in (detector.inner, detector.outer)
            if radius
        ]
        flat = look.pattern(*point) if at_point else mean
        picture(flat, f"Camera, {shown.lower()}", contrast(f"{key}-camera"), rings, HALF)
    with into:
        seen = look.virtual_image(detector)
        mark = [Area(*(range(index, index + 1) for index in point))] if at_point else []
        picture(seen, f"Virtual image, {name}", contrast(f"{key}-image"), mark, HALF)


def _usual(look: Look) -> dict[str, Detector]:
    """Return the usual detectors, around the beam if it is found in the mean pattern."""
    beam = look.beam()
    if beam is None:
        st.caption("No disk of an unscattered beam was found; detectors begin in the middle.")
    return presets(beam, *look.subject.sizes[2:])


def _adjusted(usual: Detector, axes: tuple[NxAxis, ...], key: str) -> Detector:
    """Let a detector be moved and resized; lengths are in pixels of the camera."""
    rows, columns = (len(axis.points) for axis in axes)
    far = float(round((rows**2 + columns**2) ** 0.5) + 1)
    inner, outer = st.slider(
        "Inner and outer radius, in pixels",
        0.0, far, (round(usual.inner, 1), min(far, round(usual.outer, 1))), 0.1,
        key=f"{key}-radii",
    )  # fmt: skip
    across, down = st.columns(2)
    column = across.number_input(
        "Centre, column", -0.5, columns - 0.5, round(usual.column, 1), 0.1, format="%.1f",
        key=f"{key}-column",
    )  # fmt: skip
    row = down.number_input(
        "Centre, row", -0.5, rows - 0.5, round(usual.row, 1), 0.1, format="%.1f", key=f"{key}-row"
    )
    if told := _in_units(inner, outer, axes):
        st.caption(told)
    return Detector(row, column, inner, outer)


def _in_units(inner: float, outer: float, axes: tuple[NxAxis, ...]) -> str:
    """Return the radii in the camera's unit, where rows and columns are alike."""
    down, across = axes
    if not (down.scale and across.scale and across.unit and down.unit == across.unit):
        return ""
    if abs(abs(down.scale / across.scale) - 1) > 0.01:
        return ""
    first, last = (with_unit(radius * abs(across.scale), across.unit) for radius in (inner, outer))
    return f"From {first} to {last}."
