"""A table whose rows lead to pages: any place of a row for the pointer, its title by keys.

It rolls within its frame, and the titles stay in sight. What does not belong here: which rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from ui_streamlit.components.markup import show
from ui_streamlit.components.words import Word

_STYLE = Path(__file__).with_suffix(".css")


class Column(NamedTuple):
    """The head of a column, whether numbers stand in it, and whether it takes much room."""

    label: str
    number: bool = False
    wide: bool = False


class Because(NamedTuple):
    """A word, and why it is so."""

    word: Word
    why: str


Cell = str | Word | Because | None


class Row(NamedTuple):
    """One row: the page that it leads to, the address of its picture, its title and its cells."""

    to: str
    src: str
    title: str
    cells: Sequence[Cell]


def link_table(
    what: str, columns: Sequence[Column], rows: Sequence[Row], *, title: str = "Title"
) -> None:
    """Show a table.

    Parameters
    ----------
    what
        What the table is called for those who do not see it.
    columns
        As many as each row has cells.
    title
        The head of the titles.
    """
    st.html(_STYLE)
    show("link_table", what=what, columns=columns, rows=rows, title=title)
