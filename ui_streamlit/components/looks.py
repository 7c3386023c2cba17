"""Quick looks into a measurement's container: the one that fits its kind.

What does not belong here: scans of patterns and spectra at places (`look_scan`, `look_spectra`),
and reading (`emfair.service.looks`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from emfair.identity.table import Action
from emfair.model.documents import Measurement
from emfair.service.access import Granted
from emfair.service.looks import Aspect, Kind, Look, look_at
from ui_streamlit import stores
from ui_streamlit.components.choosing import place_on
from ui_streamlit.components.look_scan import scan
from ui_streamlit.components.look_spectra import lines, one_spectrum, spectra
from ui_streamlit.components.notices import notices
from ui_streamlit.components.picture import picture


@st.fragment
def looks(experiment: str, measurement: Measurement) -> None:
    """Show what is in a container, to whoever may take it."""
    with notices():
        access = stores.access()
        row = access.experiment(Action.DOWNLOAD_CONTAINERS, experiment)
        name = measurement.measurement
        thorough = f"thorough-{name}"
        found = look_at(
            Granted(access, row), measurement, thorough=bool(st.session_state.get(thorough))
        )
        with notices(), st.spinner("Reading the container …", show_time=True):
            _LOOKS[found.subject.kind](found, name)
        if found.is_large:
            st.toggle(
                "Read all of it",
                key=thorough,
                help="Slower, up to a minute: nothing is left out.",
            )


def _curve(look: Look, key: str) -> None:
    aspect = _aspect(look, key)
    one_spectrum(look.curve(aspect), _quantity(look, aspect), key, look.edges)


def _picture(look: Look, key: str) -> None:
    _framed(look, key, ())


def _stack(look: Look, key: str) -> None:
    """Show the picture at a place, which is chosen along each axis that was made one."""
    shape = look.subject.shape
    if shape.merged:
        axes = shape.merged
        chosen = [place_on(axis, f"{key}-{axis.name}") for axis in axes]
        sizes = [len(axis.points) for axis in axes]
        _framed(look, key, (int(np.ravel_multi_index(chosen, sizes)),))
    else:
        leading = look.subject.leading
        _framed(look, key, [place_on(shape.axes[axis], f"{key}-{axis}") for axis in leading])


def _framed(look: Look, key: str, place: Sequence[int]) -> None:
    aspect = _aspect(look, key)
    which = ", ".join(str(index + 1) for index in place)
    what = _quantity(look, aspect) + (f", picture {which}" if which else "")
    picture(look.frame(place, aspect), what, key)


def _aspect(look: Look, key: str) -> Aspect:
    """Let it be chosen what is shown of complex numbers."""
    if not look.subject.is_complex:
        return Aspect.AMPLITUDE
    chosen = st.segmented_control(
        "Of these complex numbers",
        list(Aspect),
        default=Aspect.AMPLITUDE,
        required=True,
        format_func=lambda aspect: aspect.value.capitalize(),
        key=f"{key}-aspect",
    )
    return Aspect(chosen)


def _quantity(look: Look, aspect: Aspect) -> str:
    quantity = look.subject.quantity or "Intensity"
    return f"{quantity}, {aspect.value}" if look.subject.is_complex else quantity


_LOOKS: dict[Kind, Callable[[Look, str], None]] = {
    Kind.CURVE: _curve,
    Kind.PICTURE: _picture,
    Kind.STACK: _stack,
    Kind.LINES: lines,
    Kind.SPECTRA: spectra,
    Kind.SCAN: scan,
}
