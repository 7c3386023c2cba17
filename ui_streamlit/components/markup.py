"""HTML pieces as Jinja templates: everything that comes from data is escaped by default.

What does not belong here: which data (the pages), and colours (``style.css``).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).parent
_READ = "\\`*_{}[]()<>#+-.!|~$:&"
"""Characters that Markdown reads."""
_SYMBOL = re.compile(r"(?<!\S)(\\[<>~-])(\\-|\\>|=)(?=(?:\\>)?(?!\S))")
_ICON = re.compile(r"(\\:)([ms])(?=aterial[/\\]|treamlit\\:)")
"""What Streamlit makes arrows, dashes, relations and icons of, however it is escaped."""
_ADDRESS = re.compile(r"((?i:https?(?=\\:/)|www(?=\\\.))|(?<=\S)(?=@\S))(\\[:.]|@)")
"""What makes addresses of the web and of mail, which become links however they are escaped."""
_APART = r"\1:color[\2]"
"""Puts the second character in a node of its own, which has no colour: so they stay as they are."""


def show(piece: str, **values: Any) -> None:
    """Show the template ``templates/{piece}.html.j2``."""
    st.html(render(piece, **values))


def render(piece: str, **values: Any) -> str:
    """Return a piece as HTML."""
    return _templates().get_template(f"{piece}.html.j2").render(**values)


def style() -> None:
    """Add the app's style sheet to the page."""
    st.html(_HERE / "style.css")


def escaped(text: str) -> str:
    r"""Return people's `text` for where Streamlit reads Markdown: labels, captions.

    >>> escaped("a*b :red[x]"), escaped("Si -> SiO")
    ('a\\*b \\:red\\[x\\]', 'Si \\-:color[\\>] SiO')
    >>> escaped("https://a.b"), escaped("me@a.b")
    ('https:color[\\:]//a\\.b', 'me:color[@]a\\.b')
    """
    marked = " ".join("".join(map(_marked, text)).split())
    for becomes_other in (_SYMBOL, _ICON, _ADDRESS):
        marked = becomes_other.sub(_APART, marked)
    return marked


def _marked(char: str) -> str:
    return f"\\{char}" if char in _READ else char


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
