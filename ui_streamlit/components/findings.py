"""The verdict on an experiment, and what is to mend: by severity, then by field of the form."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

from emfair.identity.table import Action
from emfair.model.findings import Finding, Severity
from emfair.model.states import ExperimentState as State
from emfair.service.access import Access, experiment_resource
from emfair.service.browse import ExperimentPage
from emfair.service.setting_aside import files_aside
from emfair.validation.mending import Matter, in_words, mending
from emfair.validation.outline import outline, plain
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.set_aside import set_aside
from ui_streamlit.components.status import CLOSED
from ui_streamlit.components.words import SEVERITIES, VERDICTS

OPEN = (Severity.ERROR, Severity.MISSING, Severity.WARNING)
_MOST = 30
"""Matters of one severity that are shown; the report has all."""


def findings(page: ExperimentPage) -> None:
    """Show the verdict, then the findings, the most severe first."""
    if page.validation is None:
        st.info("Not checked yet. The verdict appears here once all files are converted.",
                icon=":material/hourglass_top:")  # fmt: skip
        return
    if page.row.state in (State.SEALED, State.PROCESSING):
        st.info(
            "Something has changed since. This is the verdict as it was before; the new one comes "
            "by itself.",
            icon=":material/update:",
        )
    told = outline(page.validation)
    word = VERDICTS[page.validation.verdict]
    show("verdict", word=word, title=told.verdict_label, summary=told.summary)
    access = stores.access()
    mends = _may_mend(access, page)
    aside = {one.file for one in files_aside(access.services, page.row)} if mends else set()
    by_place = {plain(one.measurement or one.file): one.file for one in page.findings if one.file}
    leaves = {place: file for place, file in by_place.items() if mends and file not in aside}
    for severity, matters in mending(told).items():
        _group(page, severity, matters, mends=mends, leaves=leaves)
    st.caption(
        f"Judged against {told.definition}, NeXus definitions {told.nxdl_version}, by "
        f"{told.validator} and emfair's own checks."
    )


def listed(found: Collection[Finding]) -> None:
    """Show some findings of one measurement as they are."""
    for severity in Severity:
        rows = [
            {
                "message": one.message,
                "hint": in_words(one.hint),
                "detail": one.detail,
                "field": one.field,
                "path": one.path,
            }
            for one in found
            if one.severity is severity
        ]
        if rows:
            word = SEVERITIES[severity]
            st.caption(f"**{word.label}**: {word.meaning}")
            show("listed", rows=rows[:_MOST], tone=word.tone, more=len(rows[_MOST:]))


def _may_mend(access: Access, page: ExperimentPage) -> bool:
    may = access.may(Action.ANNOTATE, experiment_resource(page.row))
    return may and page.row.state not in CLOSED


def _group(
    page: ExperimentPage,
    severity: Severity,
    matters: tuple[Matter, ...],
    *,
    mends: bool,
    leaves: Mapping[str, str],
) -> None:
    """Show matters of one severity; `leaves` are the files that may be set aside, by place."""
    word = SEVERITIES[severity]
    with st.expander(f"**{word.label}** ({len(matters)})", expanded=severity in OPEN):
        st.caption(word.meaning)
        for number, matter in enumerate(matters[:_MOST]):
            with st.container(key=f"matter-{severity}-{number}"):
                show("matter", matter=matter, tone=word.tone, in_words=in_words)
                if matter.field and mends:
                    st.page_link(
                        links.ANNOTATE,
                        label=f"Fill in {escaped(matter.name)}",
                        query_params={"id": page.row.id, "field": matter.field},
                        icon=":material/edit_note:",
                    )
                elif severity is Severity.ERROR:
                    places = [place for row in matter.rows for place in row.where]
                    if files := sorted({leaves[one] for one in places if one in leaves}):
                        set_aside(page, files, f"matter-{number}")
        if len(matters) > _MOST:
            st.caption(f"… and {len(matters) - _MOST:,} more, all in the report.")
