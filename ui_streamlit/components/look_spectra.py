"""Spectra at the places of a map or a line: the sum over a window, the spectrum at some places."""

from __future__ import annotations

import streamlit as st

from emfair.nxem.views import zero_peak
from emfair.service.looks import Area, Look
from ui_streamlit.components.choosing import place_on, span_on, value_at
from ui_streamlit.components.curves import curve
from ui_streamlit.components.picture import HALF, picture


def spectra(look: Look, key: str) -> None:
    """Show a map and a spectrum side by side, each chosen in the other."""
    axes, subject = look.subject.shape.axes, look.subject
    place = [place_on(axes[axis], f"{key}-{axis}") for axis in subject.leading]
    left, right = st.columns(2, gap="medium")
    with right:
        window = _window(look, key)
        st.markdown("**Places**")
        rows, columns = (span_on(axes[axis], f"{key}-{axis}") for axis in subject.map)
    chosen = dict(zip(subject.map, (rows, columns), strict=True))
    leading = {axis: range(at, at + 1) for axis, at in zip(subject.leading, place, strict=True)}
    with left:
        everywhere = all(len(one) == len(axes[axis].points) for axis, one in chosen.items())
        marks = [] if everywhere else [Area(rows, columns)]
        what = f"Sum over {_told(look, window)}"
        picture(look.map(window, place), what, f"{key}-map", marks, HALF)
    with right:
        count = len(rows) * len(columns)
        quantity = f"Sum of {count:,} spectra" if count > 1 else "Intensity"
        curve(look.spectrum(leading | chosen), quantity, key, window)


def lines(look: Look, key: str) -> None:
    """Show a line scan as a picture, the profile of a window along it, and a spectrum."""
    spectral = look.subject.spectral or 0
    along = look.subject.shape.axes[1 - spectral]
    left, right = st.columns(2, gap="medium")
    with right:
        window = _window(look, key)
        st.markdown("**Places**")
        places = span_on(along, f"{key}-along")
        quantity = f"Sum of {len(places):,} spectra" if len(places) > 1 else "Intensity"
        curve(look.spectrum({1 - spectral: places}), quantity, f"{key}-spectrum", window)
    with left:
        shown = Area(places, window) if spectral else Area(window, places)
        picture(look.frame(), "Spectra along a line", key, [shown], HALF)
        st.markdown(f"**Along the line: sum over {_told(look, window)}**")
        curve(look.profile(window), "Sum over the window", f"{key}-profile")


def _window(look: Look, key: str) -> range:
    """Let the window be chosen; without the zero peak of an X-ray detector to begin with."""
    spectral = look.subject.spectral or 0
    axis = look.subject.shape.axes[spectral]
    st.markdown("**Window of the map**" if len(look.subject.sizes) > 2 else "**Window**")
    return span_on(
        axis, f"{key}-window", start=zero_peak(axis),
        help_="Both ends count: all channels whose middle lies between them.",
    )  # fmt: skip


def _told(look: Look, window: range) -> str:
    axis = look.subject.shape.axes[look.subject.spectral or 0]
    return f"{value_at(axis, window.start)} to {value_at(axis, window.stop - 1)}"
