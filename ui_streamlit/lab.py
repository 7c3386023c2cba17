"""What stands in whose menu; and the menu "Lab": dashboard, instruments, people, lake, audit log.

A page that someone may not open stands in no menu; its address still answers, with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import streamlit as st

from emfair.identity.policy import SERVICE, Resource
from emfair.identity.table import About, Action
from emfair.service.access import Access
from emfair.service.new_projects import may_deposit_somewhere
from ui_streamlit.components import links

MENU = "Lab"
_PAGES = {
    links.DASHBOARD: ("Dashboard", "monitoring"),
    links.INSTRUMENTS: ("Instruments", "precision_manufacturing"),
    links.PEOPLE: ("People", "groups"),
    links.LAKE: ("Lake", "folder_open"),
    links.AUDIT: ("Audit", "history"),
    links.MEMBERS: ("Members", "group"),
}
"""Titles and icons; members are reached from their project."""


def lab_pages(access: Access) -> list[st.Page]:
    """Return the pages, those that stand in no menu of whoever looks hidden."""
    shown = set(in_menu(access))
    return [
        st.Page(
            path,
            title=title,
            icon=f":material/{icon}:",
            visibility="visible" if path in shown else "hidden",
        )
        for path, (title, icon) in _PAGES.items()
    ]


def in_menu(access: Access) -> Iterator[Path]:
    """Yield the pages that whoever looks may open without naming a thing."""
    yield links.LAKE
    ways = {
        links.DASHBOARD: (Action.QUERY_INDEX, About.SERVICE),
        links.INSTRUMENTS: (Action.READ_INSTRUMENT, About.INSTRUMENT),
        links.PEOPLE: (Action.READ_PERSON, About.PERSON),
        links.AUDIT: (Action.READ_AUDIT, About.PROJECT),
    }
    for path, (action, about) in ways.items():
        if access.may(action, Resource(about)):
            yield path


def closed_to(access: Access) -> frozenset[Path]:
    """Return the pages outside of the lab that are nothing for whoever looks: a referee, say."""
    ways = {
        links.DISCOVER: Action.QUERY_INDEX,
        links.SQL: Action.QUERY_INDEX,
    }
    closed = {path for path, action in ways.items() if not access.may(action, SERVICE)}
    return frozenset(closed if may_deposit_somewhere(access) else closed | {links.DEPOSIT})
