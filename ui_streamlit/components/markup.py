"""HTML pieces as Jinja templates: everything that comes from data is escaped by default.

What does not belong here: which data (the pages), and colours (``style.css``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).parent


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

    >>> escaped("a*b :red[x]")
    'a\\*b \\:red\\[x\\]'
    """
    marked = "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+-.!|~$:&" else char for char in text)
    return " ".join(marked.split())


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
