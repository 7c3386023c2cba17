"""Files of an experiment that people set aside, so that a damaged one spoils no session.

Who may edit the experiment sets files aside, with a reason, and takes them back. What does not
belong here: what that means (`emfair.service.setting_aside`).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from emfair.identity.table import Action
from emfair.service import setting_aside
from emfair.service.access import Access, experiment_resource
from emfair.service.browse import ExperimentPage
from emfair.service.setting_aside import Aside, files_aside
from emfair.vendor.bundles import primaries
from ui_streamlit import stores
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.notices import notices
from ui_streamlit.components.status import CLOSED
from ui_streamlit.components.times import moment

_MOST = 5
"""Files that are shown before one unfolds the others."""
_ICON = ":material/do_not_disturb_on:"
_ONE = "**1 file is set aside**: kept as it came, and not converted."
_SEVERAL = "**{:,} files are set aside**: kept as they came, and not converted."
_ABOUT = (
    "It is kept as it came, in the lake and in the manifest. It is not converted, and counts for "
    "nothing in the verdict. It can be taken back."
)


def set_aside_so_far(access: Access, page: ExperimentPage) -> None:
    """Show which files are set aside, by whom and why; nothing where none is."""
    found = files_aside(access.services, page.row)
    if not found:
        return
    may = may_set_aside(access, page)
    told = _ONE if len(found) == 1 else _SEVERAL.format(len(found))
    with st.container(border=True, key="set-aside", gap="xsmall"):
        st.markdown(f"{_ICON} {told}")
        _lines(page, found[:_MOST], may=may)
        if others := found[_MOST:]:
            with st.expander(f"{len(others):,} more"):
                _lines(page, others, may=may)


def may_set_aside(access: Access, page: ExperimentPage) -> bool:
    """Whether whoever looks may set files aside, and take them back."""
    may = access.may(Action.ANNOTATE, experiment_resource(page.row))
    return may and page.row.manifest_version is not None and page.row.state not in CLOSED


def set_aside(page: ExperimentPage, files: Sequence[str], name: str) -> None:
    """Show what sets these files aside: a button that asks why.

    Parameters
    ----------
    name
        Tells it from others on the page.
    """
    key = _key(page, name)
    with st.popover("Set aside", icon=_ICON, type="tertiary", key=key):
        chosen = list(files)
        if len(files) > 1:
            chosen = st.multiselect("Files", files, default=files, key=f"{key}-files")
        else:
            st.markdown(f"**{escaped(files[0])}**")
        _form(page, chosen, key)


def set_any_aside(page: ExperimentPage) -> None:
    """Show what sets any file of the experiment aside."""
    key = _key(page, "any")
    label = "Set files aside"
    editor = st.popover(label, icon=_ICON, type="tertiary", key=key, on_change="rerun")
    if not editor.open or page.manifest is None:
        return
    aside = {one.file for one in files_aside(stores.services(), page.row)}
    names = primaries(file.name for file in page.manifest.files)
    with editor:
        left = [name for name in names if name not in aside]
        chosen = st.multiselect("Files", left, placeholder="Choose files", key=f"{key}-files")
        _form(page, chosen, key)


def _key(page: ExperimentPage, name: str) -> str:
    """Return a key that is another one once something was said: so what was opened is closed."""
    return f"aside-{name}-{page.row.id}-{page.row.annotations_version}"


def _form(page: ExperimentPage, files: Sequence[str], key: str) -> None:
    st.caption(_ABOUT)
    with st.form(f"{key}-form", border=False):
        st.text_input("Why", key=f"{key}-why", max_chars=2000, placeholder="such as cut off")
        st.form_submit_button(
            "Set it aside" if len(files) < 2 else f"Set {len(files):,} files aside",
            type="primary", disabled=not files, on_click=_set, args=(page, list(files), key),
        )  # fmt: skip


def _lines(page: ExperimentPage, found: Sequence[Aside], *, may: bool) -> None:
    for one in found:
        key = f"row-of-{_key(page, one.file)}" if may else None
        with st.container(horizontal=True, vertical_alignment="center", key=key):
            by = f"by {escaped(one.name or one.by)}, {moment(one.at)}"
            st.markdown(
                f"**{escaped(one.file)}**, {by}, because: {escaped(one.because)}", width="stretch"
            )
            if may:
                st.button(
                    "Take back", key=_key(page, f"back-{one.file}"), icon=":material/undo:",
                    type="tertiary", on_click=_take_back, args=(page, one.file),
                )  # fmt: skip


def _set(page: ExperimentPage, files: list[str], key: str) -> None:
    with notices():
        setting_aside.set_aside(
            _editing(page),
            page.row.id,
            files,
            because=str(st.session_state.get(f"{key}-why") or ""),
            expected_version=page.row.annotations_version or 0,
        )


def _take_back(page: ExperimentPage, file: str) -> None:
    with notices():
        version = page.row.annotations_version or 0
        setting_aside.take_back(_editing(page), page.row.id, [file], expected_version=version)


def _editing(page: ExperimentPage) -> Access:
    """Return the access of whoever looks, asked anew: the page may have stood open for long."""
    access = stores.access()
    access.experiment(Action.ANNOTATE, page.row.id)
    return access
