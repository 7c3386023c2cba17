"""Choosing how a picture's values become shades.

A choice holds for all pictures that stand at its place: it stays from slice to slice. What does not
belong here: making the shades (`emfair.service.looks`).
"""

from __future__ import annotations

import math

import streamlit as st

from emfair.service.looks import Contrast, Flat, figures, usual_tones

_AUTOMATIC, _LINEAR, _LOG = "Automatic", "Linear", "Logarithmic"
_STEP = 0.05
_PERCENT, _VALUES = "Percent of pixels", "Values"


def contrast(flat: Flat, key: str, size: tuple[int, int]) -> Contrast:
    """Let it be chosen how a picture's values, drawn no larger than `size`, become shades."""
    if flat.is_colour:
        return Contrast()
    with st.popover("Contrast", icon=":material/contrast:"):
        scale = st.radio(
            "Scale", [_AUTOMATIC, _LINEAR, _LOG], key=f"{key}-scale", horizontal=True,
            help="Automatic is what previews have.",
        )  # fmt: skip
        if scale == _AUTOMATIC:
            return Contrast()
        by = st.radio(
            "Black and white are", [_PERCENT, _VALUES], key=f"{key}-by", horizontal=True,
            help="Values are the same for all pictures, percents for each its own.",
        )  # fmt: skip
        usual = usual_tones(flat, size)
        bounds = (usual.low, usual.high)
        low, high = _values(bounds, key) if by == _VALUES else _percents(key)
        gamma = _gamma(1.0 if scale == _LOG else usual.gamma, f"{key}-gamma-{scale}")
        return Contrast(low, high, scale == _LOG, gamma, in_values=by == _VALUES)


def _gamma(usual: float, key: str) -> float:
    """Let a gamma be chosen; a linear scale begins with that of the preview."""
    nearest = min(max(round(usual / _STEP) * _STEP, 0.2), 3.0)
    return st.slider("Gamma", 0.2, 3.0, nearest, _STEP, key=key, help="Below 1 lifts dark tones.")


def _percents(key: str) -> tuple[float, float]:
    low, high = st.slider(
        "Black and white, in percent of all pixels",
        0.0, 100.0, (0.5, 99.5), 0.1,
        key=f"{key}-percentiles",
        help="As many pixels are darker than black, and not brighter than white.",
    )  # fmt: skip
    return low, high


def _values(usual: tuple[float, float], key: str) -> tuple[float, float]:
    """Let values be typed; what was on screen of the first picture stands there to begin with."""
    step = 10.0 ** math.floor(math.log10((usual[1] - usual[0]) / 10 or 1.0))
    digits = figures(*usual)
    left, right = st.columns(2)
    low, high = (
        place.number_input(
            label, value=float(f"{value:.{digits}g}"), step=step, format="%g", key=f"{key}-{label}"
        )
        for place, label, value in zip((left, right), ("Black", "White"), usual, strict=True)
    )
    st.caption("To begin with all but the darkest and brightest few per mille lie between them.")
    if not low < high:
        st.caption("White must lie above black: the picture has its least and greatest value.")
    return low, high
