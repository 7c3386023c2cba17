"""Spectra at the places of a map or a line: the sum over a window, the spectrum at some places.

Of energy losses a background can be taken away. What does not belong here: fitting it
(`emfair.service.looks`).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from emfair.nxem.shape import NxAxis
from emfair.nxem.views import zero_peak
from emfair.service.looks import (
    UNFITTED,
    Area,
    Below,
    Curve,
    Edge,
    Flat,
    Look,
    background_of,
    can_be_fitted,
    edge_window,
    first_window,
    has_background,
    is_negative,
    is_too_high,
)
from ui_streamlit.components.choosing import place_on, span_on, value_at
from ui_streamlit.components.curves import curve
from ui_streamlit.components.picture import HALF, picture

_BOTH = "Both ends count: all channels whose middle lies between them."
_NEGATIVE = "The net signal is negative on the whole: no edge is seen there."


def one_spectrum(found: Curve, quantity: str, key: str, edges: Sequence[Edge] = ()) -> None:
    """Show a single spectrum; of energy losses the sample's `edges` may be known."""
    wanted = _is_wanted(found.axis, key)
    background = _fitted_over(found, edges, key) if wanted else None
    below, near = _below(found, background), None
    if background is not None:
        edge = edge_window(found, background, edges).window
        near = _near(background, edge)
        if below is not None and is_too_high(below, background, edge):
            st.warning(_NEGATIVE, icon=":material/error:")
    curve(found, quantity, key, below=below, near=near)


def spectra(look: Look, key: str) -> None:
    """Show a map and a spectrum side by side, each chosen in the other."""
    axes, subject = look.subject.shape.axes, look.subject
    place = [place_on(axes[axis], f"{key}-{axis}") for axis in subject.leading]
    left, right = st.columns(2, gap="medium")
    with right:
        window, background = _windows(look, key)
        st.markdown("**Places**")
        rows, columns = (span_on(axes[axis], f"{key}-{axis}") for axis in subject.map)
    chosen = dict(zip(subject.map, (rows, columns), strict=True))
    leading = {axis: range(at, at + 1) for axis, at in zip(subject.leading, place, strict=True)}
    with left:
        everywhere = all(len(one) == len(axes[axis].points) for axis, one in chosen.items())
        marks = [] if everywhere else [Area(rows, columns)]
        sums = look.map(window, place, background)
        what = _told(look, window, background, sums)
        st.markdown(f"**{what}**")
        _doubted(sums, background)
        picture(sums, what, f"{key}-map", marks, HALF)
    with right:
        count = len(rows) * len(columns)
        quantity = f"Sum of {count:,} spectra" if count > 1 else "Intensity"
        found = look.spectrum(leading | chosen)
        near = background and _near(background, window)
        curve(found, quantity, key, window, _below(found, background), near)


def lines(look: Look, key: str) -> None:
    """Show a line scan as a picture, the profile of a window along it, and a spectrum."""
    spectral = look.subject.spectral or 0
    along = look.subject.shape.axes[1 - spectral]
    left, right = st.columns(2, gap="medium")
    with right:
        window, background = _windows(look, key)
        st.markdown("**Places**")
        places = span_on(along, f"{key}-along")
        quantity = f"Sum of {len(places):,} spectra" if len(places) > 1 else "Intensity"
        found = look.spectrum({1 - spectral: places})
        near = background and _near(background, window)
        curve(found, quantity, f"{key}-spectrum", window, _below(found, background), near)
    with left:
        shown = Area(places, window) if spectral else Area(window, places)
        picture(look.frame(), "Spectra along a line", key, [shown], HALF)
        sums = look.profile(window, background)
        st.markdown(f"**Along the line: {_told(look, window, background, sums)}**")
        _doubted(sums, background)
        curve(sums, "Sum over the window", f"{key}-profile")


def _windows(look: Look, key: str) -> tuple[range, range | None]:
    """Let the window be chosen, and one of a background; above 0 where there is one.

    To begin with it has no zero peak of an X-ray detector, and of a spectrum without its
    background the edge behind that.
    """
    axis = look.subject.shape.axes[look.subject.spectral or 0]
    st.markdown("**Window of the map**" if len(look.subject.sizes) > 2 else "**Window**")
    above = st.container()
    wanted = _is_wanted(axis, key)
    background = _fitted_over(look.spectrum({}), look.edges, key) if wanted else None
    with above:
        if background is None:
            return span_on(axis, f"{key}-window", start=zero_peak(axis), help_=_BOTH), None
        window = _summed_behind(look, background, key)
    if window.start >= background.start:
        return window, background
    first = background.start
    if window.stop <= first:
        st.caption("The window lies below the background, so nothing is taken away.")
        return window, None
    st.caption(f"Summed from {value_at(axis, first)} on, where the background begins.")
    return range(first, window.stop), background


def _summed_behind(look: Look, background: range, key: str) -> range:
    """Let the window be chosen where a background is taken away.

    What was chosen stays as long as the background is fitted before the same edge.
    """
    whole = look.spectrum({})
    usual = edge_window(whole, background, look.edges)
    start, stop = usual.window.start, usual.window.stop
    window = span_on(whole.axis, f"{key}-edge-{start}", start=start, stop=stop, help_=_BOTH)
    if usual.reason:
        st.caption(usual.reason)
    return window


def _near(background: range, window: range) -> range:
    """Return the channels from a fitted window to somewhat behind what is summed."""
    stop = max(background.stop, window.stop)
    return range(background.start, stop + (stop - background.start) // 3)


def _is_wanted(axis: NxAxis, key: str) -> bool:
    """Let a background be taken away where there can be one."""
    return has_background(axis) and st.toggle(
        "Take away a background", key=f"{key}-background",
        help="A power law, A·E^−r, fitted over a window before an edge: at each place for itself.",
    )  # fmt: skip


def _fitted_over(whole: Curve, edges: Sequence[Edge], key: str) -> range | None:
    """Let the channels be chosen over which a background is fitted; None where none can be.

    Parameters
    ----------
    whole
        The spectrum, or that of all places, which tells where to begin.
    """
    first = first_window(whole, edges)
    st.markdown("**Fitted over**")
    fitted = span_on(
        whole.axis, f"{key}-fitted", start=first.window.start, stop=first.window.stop
    )  # fmt: skip
    if not can_be_fitted(whole.axis, fitted):
        st.caption("No power law can be fitted there: choose more channels, all of them above 0.")
        return None
    if first.reason:
        st.caption(first.reason)
    return fitted


def _below(found: Curve, background: range | None) -> Below | None:
    """Return the background of a spectrum, where one is wanted and can be fitted."""
    if background is None:
        return None
    below = background_of(found, background)
    if below is None:
        st.caption("This spectrum has too few counts there for a fit.")
    elif below.doubt:
        st.warning(below.doubt, icon=":material/error:")
    return below


def _doubted(sums: Flat | Curve, background: range | None) -> None:
    """Warn of sums that are below the background on the whole."""
    if background is not None and UNFITTED not in sums.remark and is_negative(sums.values):
        st.warning(_NEGATIVE, icon=":material/error:")


def _told(look: Look, window: range, background: range | None, sums: Flat | Curve) -> str:
    """Return what is summed, and whether a background was taken away."""
    axis = look.subject.shape.axes[look.subject.spectral or 0]
    ends = f"{value_at(axis, window.start)} to {value_at(axis, window.stop - 1)}"
    plain = background is None or UNFITTED in sums.remark
    return f"Sum over {ends}{'' if plain else ', without the background'}"
