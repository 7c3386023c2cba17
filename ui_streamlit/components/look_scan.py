"""4D-STEM: a virtual detector on the camera, the image that it sees, and the pattern at a point."""

from __future__ import annotations

import math

import streamlit as st

from emfair.service.looks import (
    PIXELS,
    Area,
    Beam,
    Camera,
    Detector,
    Look,
    Ring,
    camera_of,
    presets,
)
from ui_streamlit.components.choosing import place_on
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.picture import HALF, picture
from ui_streamlit.components.values import with_unit

_MEAN, _POINT = "Mean of all patterns", "At a point"
_ABOUT = (
    "BF is the bright disk, ABF its outer half. ADF lies between 1.2 and 3 of its radii, HAADF "
    "beyond: as far as the camera reaches."
)


def scan(look: Look, key: str) -> None:
    """Show the camera with a detector on it, beside what the detector sees."""
    mean = look.mean_pattern()
    axes = look.subject.shape.axes
    camera = camera_of(*axes[2:])
    beam = look.beam()
    usual = presets(beam, *look.subject.sizes[2:])
    name = st.segmented_control(
        "Virtual detector", list(usual), default="BF", required=True, key=f"{key}-which",
        help=_ABOUT,
    )  # fmt: skip
    st.caption(escaped(_found(beam, camera)))
    left, right = st.columns(2, gap="medium")
    with left:
        shown = st.radio("Camera", [_MEAN, _POINT], horizontal=True, key=f"{key}-pattern")
        at_point = shown == _POINT
        onto = st.container()
        detector = adjusted(usual[str(name)], camera, look.subject.sizes[2:], f"{key}-{name}")
    with right:
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
        picture(flat, f"Camera, {shown.lower()}", f"{key}-camera", rings, HALF)
    with into:
        seen = look.virtual_image(detector)
        mark = [Area(*(range(index, index + 1) for index in point))] if at_point else []
        picture(seen, f"Virtual image, {name}", f"{key}-image", mark, HALF)


def _found(beam: Beam | None, camera: Camera) -> str:
    """Return what is known of the unscattered beam."""
    if beam is None:
        return (
            "No bright disk was found in the mean pattern: detectors begin around the camera's "
            "middle, as if the disk had an eighth of the camera as its radius."
        )
    radius = with_unit(float(f"{beam.radius * camera.step:.3g}"), camera.unit)
    return f"The bright disk was found in the mean pattern: its radius is {radius}."


def adjusted(usual: Detector, camera: Camera, sizes: tuple[int, ...], key: str) -> Detector:
    """Let a detector be moved and resized, in the camera's unit."""
    rows, columns = sizes
    digits = max(0, math.ceil(-math.log10(camera.step / 10)))
    step, form = 10.0**-digits, f"%.{digits}f"

    def rounded(value: float) -> float:
        return round(value, digits)

    far = rounded(math.hypot(rows, columns) * camera.step + step)
    inner, outer = st.slider(
        f"Inner and outer radius ({camera.unit})",
        0.0, far,
        (rounded(usual.inner * camera.step), min(far, rounded(usual.outer * camera.step))),
        step, format=form, key=f"{key}-radii",
    )  # fmt: skip
    across, down = st.columns(2)
    column = across.number_input(
        f"Centre, across ({camera.unit})", value=rounded(camera.across.value(usual.column)),
        step=step, format=form, key=f"{key}-column",
    )  # fmt: skip
    row = down.number_input(
        f"Centre, down ({camera.unit})", value=rounded(camera.down.value(usual.row)),
        step=step, format=form, key=f"{key}-row",
    )  # fmt: skip
    if camera.unit == PIXELS:
        st.caption("In pixels: the camera's rows and columns are not calibrated alike.")
    return Detector(
        camera.down.pixel(row),
        camera.across.pixel(column),
        inner / camera.step,
        outer / camera.step,
    )
