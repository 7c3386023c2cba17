"""What is in the files that have arrived: pictures, what was read, what is missing.

Nobody waits for it: not the seal either. What does not belong here: reading them
(`emfair.service.arrivals`), and when each has its turn (`emfair.service.first_looks`).
"""

from __future__ import annotations

import base64

import streamlit as st

from emfair.identity.table import Action
from emfair.model.documents import Measurement
from emfair.service.annotations import current
from emfair.service.arrivals import Arrival, LookedInto, looked_into
from emfair.service.context import context_of
from emfair.service.form import titles
from emfair.service.look_shelf import Failed
from emfair.service.reading import reading_of
from ui_streamlit import stores
from ui_streamlit.components.gist import gist, lacks
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.notices import notices
from ui_streamlit.components.unreadable import unreadable
from ui_streamlit.components.values import shape_of

_EVERY = "3s"
_NAMED = 5
"""Files without a measurement that are named."""


@st.fragment(run_every=_EVERY)
def arrivals(experiment: str) -> None:
    """Show what has arrived, one file more each time it is looked."""
    with notices():
        access = stores.access()
        row = access.experiment(Action.UPLOAD, experiment)
        looks = looked_into(access.services, row)
        if not (looks.over or looks.now or looks.full):
            return
        unreadable(row, looks)
        notes, _ = current(access.services, row.id)
        read = reading_of(looks.seen, notes, context_of(access.services, row)).measurements
        st.subheader("What is in the files", anchor=False)
        if told := _progress(looks):
            st.caption(told)
        _pictures(looks.seen, read)
        _unmeasured(looks)
        _failed(looks.failed, experiment)
        _missing(read)


def _progress(looks: LookedInto) -> str:
    if looks.now:
        return (
            f":material/hourglass_top: Looking into {escaped(looks.now)} … {looks.over:,} of "
            f"{looks.files:,} done. Nobody needs to wait for it."
        )
    return so_far(looks)


def so_far(looks: LookedInto) -> str:
    """Return how many of the files were looked into, and when the others are; empty after all."""
    if looks.over == looks.files:
        return ""
    done = f"{looks.over:,} of {looks.files:,} files looked into"
    if looks.full and not looks.now:
        return f"{done}. The others are looked into at the seal."
    head = (
        f"{done}; what the others say" if looks.over else "No file looked into yet; what they say"
    )
    if looks.now:
        return f"{head} will be added as they are read."
    if looks.arriving:
        return f"{head} will be added as they arrive."
    return f"{head} is added once the deposit is sealed."


def _pictures(seen: tuple[Arrival, ...], read: tuple[Measurement, ...]) -> None:
    """Show the pictures of what was seen, as it is called now."""
    drawn = [one.picture for each in seen for one in each.seen]
    pictures = [
        {
            "src": f"data:image/png;base64,{base64.b64encode(picture).decode()}",
            "title": one.title,
            "about": gist(one),
            "size": shape_of(one),
            "file": one.file,
        }
        for picture, one in zip(drawn, read, strict=True)
    ]
    show("grid", pictures=pictures)


def _unmeasured(looks: LookedInto) -> None:
    """Tell which files hold no measurement, and nothing that would be wrong."""
    bad = {one.file for one in looks.unreadable}
    names = [each.file for each in looks.seen if not each.seen and each.file not in bad]
    if names:
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        told = ", ".join(map(escaped, names[:_NAMED]))
        st.caption(f"No measurement, and kept as it is: {told}{more}.")


def _failed(failed: tuple[Failed, ...], experiment: str) -> None:
    for one in failed:
        st.warning(f"**{escaped(one.file)}**: {escaped(one.why)}", icon=":material/error:")
    if failed:
        st.button(
            "Look again", icon=":material/refresh:", type="tertiary", on_click=_look_again,
            args=(experiment,),
        )  # fmt: skip


def _look_again(experiment: str) -> None:
    with notices():
        access = stores.access()
        row = access.experiment(Action.UPLOAD, experiment)
        access.services.first_looks.look_again(row.id)


def _missing(read: tuple[Measurement, ...]) -> None:
    """Tell what neither the files that were looked into nor form and records say, as of now."""
    of_all, of_some = lacks(read, titles())
    if of_all:
        st.caption("Still missing for NXem: " + ", ".join(map(escaped, of_all)) + ".")
    if of_some:
        head = "And of some files:" if of_all else "Still missing for NXem, of some files:"
        rows = [f"- {escaped(name)}: {escaped(files)}" for name, files in of_some.items()]
        st.caption("\n".join([head, "", *rows]))
