"""The audit log: who did what to what, when. The filters stand in the address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emfair.errors import Forbidden
from emfair.identity.policy import Resource
from emfair.identity.table import About, Action
from emfair.model.days import read_day
from emfair.service.access import Access, Granted
from emfair.service.nouns import deeds, projects
from emfair.service.nouns.deeds import DeedPage, Which
from emfair.service.pages import PAGE_LIMIT
from emfair.service.tables import as_csv
from ui_streamlit import stores
from ui_streamlit.components.address import follow, take, words
from ui_streamlit.components.deed_words import deed_words, detail_words
from ui_streamlit.components.ending import begin_of, day_after
from ui_streamlit.components.labels import distinct
from ui_streamlit.components.turning import cursor, turn
from ui_streamlit.components.whom import whom

ROWS = 100
ROW_HEIGHT, SHOWN = 35, 16  # pixels, rows before the table scrolls
CSV_ROWS = 50_000
_FILTERS = ("actor", "action", "project", "subject", "since", "until")
_PROJECTS = 200
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


def audit() -> None:
    """Show the page."""
    access = stores.access()
    take("audit", _FILTERS, read={"subject": words, "since": _day, "until": _day})
    everywhere = access.may(Action.READ_AUDIT, Resource(About.PROJECT))
    project = st.session_state["audit-project"]
    if not everywhere and not project:
        raise Forbidden(
            "The audit log of all projects is for stewards and administrators.",
            remedy="Owners find their project's on the page of its members.",
        )
    st.title("Audit", anchor=False)
    which, project = _filters(access, everywhere=everywhere)
    look = _look(access, which, project)
    page = look(limit=ROWS, after=_number(cursor("audit", (which, project))))
    if page.rows:
        _table(page)
    else:
        st.info("Nothing was done that fits. Loosen the filters.", icon=":material/search_off:")
    turn("audit", None if page.next is None else str(page.next))
    if page.rows:
        _download(look)


def _look(access: Access, which: Which, project: str | None) -> Callable[..., DeedPage]:
    """Return what returns a page of deeds."""
    if project:
        reading = Granted(access, access.project(Action.READ_AUDIT, project))
        return partial(deeds.of_project, reading, which)
    return partial(deeds.everything, access, which)


def _filters(access: Access, *, everywhere: bool) -> tuple[Which, str | None]:
    first, second, third = st.columns(3)
    with first:
        actor = whom(access, "Who", "audit-actor", also_instruments=True, hint="Anyone")
    kinds = list(deeds.kinds(access.services))
    if (chosen := st.session_state["audit-action"]) and chosen not in kinds:
        st.session_state["audit-action"] = None
    action = second.selectbox(
        "Did", kinds, index=None, key="audit-action", format_func=deed_words, placeholder="Anything"
    )
    with third:
        project = _project(access, everywhere=everywhere)
    fourth, fifth, sixth = st.columns(3)
    subject = fourth.text_input(
        "To", key="audit-subject", max_chars=200, placeholder="e-20260122-k3f9zqmh, sample:…",
        help="An experiment's or a person's identifier; of other things its kind before it.",
    )  # fmt: skip
    since = _ask_day(fifth, "From", "audit-since")
    until = _ask_day(sixth, "Through", "audit-until")
    follow("audit", _FILTERS)
    which = Which(
        actor=actor,
        action=action,
        subject=subject.strip() or None,
        since=begin_of(since) if since else None,
        until=day_after(until) if until else None,
    )
    return which, project


def _project(access: Access, *, everywhere: bool) -> str | None:
    rows = projects.projects(access, limit=_PROJECTS).rows
    called = {row.id: row.card.title for row in rows}
    if chosen := st.session_state["audit-project"]:
        called.setdefault(chosen, chosen)
    called = distinct(called)
    return st.selectbox(
        "In the project", list(called), index=None, key="audit-project",
        format_func=lambda one: called.get(one, one), placeholder="Anywhere",
        disabled=not everywhere,
    )  # fmt: skip


def _table(page: DeedPage) -> None:
    st.dataframe(
        [
            {
                "when": row.at,
                "who": page.names.get(row.actor, row.actor),
                "did": deed_words(row.action),
                "to": row.subject,
                "detail": detail_words(row.detail),
            }
            for row in page.rows
        ],
        hide_index=True,
        height=ROW_HEIGHT * (min(len(page.rows), SHOWN) + 1) + 3,
        column_config={
            "when": st.column_config.DatetimeColumn("When", format="YYYY-MM-DD HH:mm:ss"),
            "who": st.column_config.TextColumn("Who", width="medium"),
            "did": st.column_config.TextColumn("Did", width="medium"),
            "to": st.column_config.TextColumn("To", width="medium"),
            "detail": st.column_config.TextColumn("What it changed", width="large"),
        },
    )


def _download(look: Callable[..., DeedPage]) -> None:
    """Offer the log as a file, made when it is asked for: by who may read it then."""
    with st.container(horizontal=True):
        wanted = st.button(
            "Make a CSV", icon=":material/table_view:",
            help=f"All that fits, the newest {CSV_ROWS:,} deeds at most.",
        )  # fmt: skip
        if wanted:
            rows = deeds.as_rows(lambda after: look(limit=PAGE_LIMIT, after=after), CSV_ROWS)
            st.download_button(
                "Download it", as_csv(deeds.COLUMNS, rows), "emfair-audit.csv", "text/csv",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip


def _number(cursor_text: str | None) -> int | None:
    return None if cursor_text is None else int(cursor_text)


def _ask_day(place: DeltaGenerator, label: str, key: str) -> date | None:
    day: date | None = place.date_input(
        label, value=None, min_value=_FIRST, max_value=_LAST, key=key, format="YYYY-MM-DD"
    )
    return day


def _day(text: str) -> date | None:
    day = read_day(text)
    return day if day is not None and _FIRST <= day <= _LAST else None


if __name__ == "__main__":
    audit()
