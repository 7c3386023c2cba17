"""Documents of an experiment that cannot be read: which, and what to do; the rest is shown.

What does not belong here: finding them (`emfair.service.browse`).
"""

from __future__ import annotations

import streamlit as st

from emfair.identity.table import Action
from emfair.model.manifest import Manifest
from emfair.model.states import ExperimentState as State
from emfair.service.access import Access, experiment_resource
from emfair.service.browse import ExperimentPage
from emfair.service.documents import is_remade
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.status import CLOSED

_MOST = 5


def damage(access: Access, page: ExperimentPage) -> None:
    """Tell what cannot be read; nothing where all can."""
    if not page.damaged:
        return
    told = [
        f"- **{escaped(one.error.subject)}** {escaped(one.error.message)} "
        f"{escaped(one.error.remedy)}"
        for one in page.damaged[:_MOST]
    ]
    if len(page.damaged) > _MOST:
        told.append(f"- … and {len(page.damaged) - _MOST:,} more.")
    whom = access.services.settings.contact or "a data steward"
    st.warning(
        "**Not all that the lake holds of this experiment can be read.** What can is shown.\n\n"
        + "\n".join(told)
        + ("" if _may(access, page) else f"\n\nTell {escaped(whom)}: you cannot mend it here."),
        icon=":material/broken_image:",
    )


def can_remake(access: Access, page: ExperimentPage) -> bool:
    """Whether whoever looks may let the chain make what is damaged anew."""
    rests = page.row.state not in (State.SEALED, State.PROCESSING, *CLOSED)
    remade = any(is_remade(one.kind) for one in page.damaged)
    return rests and remade and page.damage(Manifest) is None and _may(access, page)


def _may(access: Access, page: ExperimentPage) -> bool:
    return access.may(Action.ANNOTATE, experiment_resource(page.row))
