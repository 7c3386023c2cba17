"""Where a deposit goes: project, proposal and sample, chosen or typed, as last time with one click.

What does not belong here: making the experiment (`ui_streamlit.pages.deposit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from emfair.errors import BadCall, Conflict, NotFound
from emfair.model.deposits import Whereto
from emfair.model.identifiers import identifier_of
from emfair.registry import ExperimentRow
from emfair.service import browse, placing
from emfair.service.access import Access
from emfair.service.nouns import instruments, projects, samples
from emfair.service.nouns.cards import CardPage
from ui_streamlit.components.labels import distinct
from ui_streamlit.components.markup import escaped

_RECENT = 20  # own experiments that are looked through for other places
_OFFERED = 3  # places
_LEVELS = ("project", "proposal", "sample")


@dataclass(frozen=True)
class Wanted:
    """A place that has been filled in."""

    whereto: Whereto
    instrument: str | None
    restricted: bool


def wanted(access: Access) -> Wanted | None:
    """Show the fields; return what they say once nothing is missing."""
    rows = instruments.instruments(access, limit=200).rows
    known = distinct({row.id: row.card.title for row in rows})
    _as_the_address_says()
    _as_before(access, known)
    first, second, third = st.columns(3)
    with first:
        project = _level("project", "Project", projects.projects(access, limit=200))
    with second:
        proposal = _level("proposal", "Proposal", _below(projects.proposals, access, project))
    with third:
        sample = _level("sample", "Sample", _below(samples.samples, access, project, proposal))
    left, right = st.columns([2, 1])
    title = left.text_input(
        "Title of this session",
        key="title",
        max_chars=500,
        placeholder="Grain boundaries, second session",
    )
    instrument = right.selectbox(
        "Instrument",
        list(known),
        index=None,
        key="instrument",
        format_func=lambda one: known.get(one, one),
        placeholder="Not told" if known else "None is registered yet",
        disabled=not known,
        help="Its profile fills in what no file carries.",
    )
    restricted = st.checkbox(
        "Only for those who work on it",
        key="restricted",
        help="Viewers of the project do not see it then.",
    )
    if not (project and proposal and sample and title.strip()):
        return None
    return Wanted(Whereto(project, proposal, sample, title.strip()), instrument, restricted)


def _as_the_address_says() -> None:
    """Take over a place from the address, once: a link of the board leads here."""
    place = {level: st.query_params[level] for level in _LEVELS if level in st.query_params}
    if place and st.session_state.get("led-to") != place:
        st.session_state["led-to"] = place
        st.session_state.update(place)


def _as_before(access: Access, known: Mapping[str, str]) -> None:
    """Offer the places of one's last sessions, each with the instrument that was used there last.

    Parameters
    ----------
    known
        Titles of instruments.
    """
    mine = browse.experiments(access, depositor=access.subject, limit=_RECENT)
    latest: dict[tuple[str, ...], ExperimentRow] = {}
    for row in mine.rows:
        latest.setdefault((row.project, row.proposal, row.sample), row)
    if not latest:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("As last time:", width="content")
        for place, row in list(latest.items())[:_OFFERED]:
            at = f" · {known.get(row.instrument, row.instrument)}" if row.instrument else ""
            label = escaped(f"{mine.places[row.id]}{at}")
            st.button(label, key=f"as-{'/'.join(place)}", on_click=_fill, args=(row,))


def _fill(row: ExperimentRow) -> None:
    for level in _LEVELS:
        st.session_state[level] = getattr(row, level)
    st.session_state.instrument = row.instrument


def _level(name: str, label: str, page: CardPage[Any] | None) -> str:
    """Show a level of what there is, the newest first; another one may be typed."""
    titles = distinct({row.id: row.card.title for row in page.rows}) if page else {}
    chosen = _meant(st.session_state.get(name), titles, name)
    if chosen:
        st.session_state[name] = chosen
    options = list(dict.fromkeys([*titles, *([chosen] if chosen else [])]))
    told = st.selectbox(
        label,
        options,
        index=None,
        key=name,
        format_func=lambda one: titles.get(one) or f"{one} (new)",
        accept_new_options=True,
        placeholder="Choose, or type a new one",
    )
    return told or ""


def _meant(word: str | None, titles: Mapping[str, str], level: str) -> str | None:
    """Return a choice; what is typed in other letters than a title is what there is."""
    given = identifier_of(word, level) if word else ""
    return given if identifier_of(titles.get(given, ""), level) == given else word


def _below(page: Callable[..., CardPage[Any]], access: Access, *above: str) -> CardPage[Any] | None:
    """Return what lies below levels that are there; None below new ones."""
    try:
        return page(access, *placing.identifiers(access, *above), limit=200) if all(above) else None
    except (NotFound, BadCall, Conflict):  # of what has no place yet; Next says what is wrong
        return None
