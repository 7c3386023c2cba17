"""A validation document as a page: Markdown for READMEs and terminals, HTML for browsers.

Both are self-contained and hold no wall-clock time: the same document gives the same bytes. What
does not belong here: what is said (``outline``).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from emfair.model.documents import Validation
from emfair.model.manifest import Titles
from emfair.validation.mending import field_name, in_words
from emfair.validation.outline import outline, plain

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(validation: Validation, titles: Titles | None = None) -> str:
    """Return a page of its own, light or dark as the reader's system is; needs no other file.

    Fields are called as the form calls them, beside their names in an annotation file.
    """
    page = _pages(html=True).get_template("report.html.j2")
    return page.render(report=outline(validation, titles), field_name=field_name, in_words=in_words)


def render_markdown(validation: Validation, titles: Titles | None = None) -> str:
    """Return CommonMark; names of files and values cannot form markup in it."""
    told = outline(validation, titles)
    page = _pages(html=False).get_template("report.md.j2").render(report=told)
    return re.sub(r"\n{3,}", "\n\n", page).strip() + "\n"


def escape_markdown(text: str) -> str:
    r"""Return `text` so that Markdown shows it as it is, on one line.

    >>> escape_markdown("<script>_x_")
    '&lt;script&gt;\\_x\\_'
    """
    line = re.sub(r"\s*[\r\n]\s*", " ", text)
    marked = re.sub(r"([\\`*_{}\[\]#|~!])", r"\\\1", line.replace("&", "&amp;"))
    marked = marked.replace("<", "&lt;").replace(">", "&gt;").replace("://", r"\://")
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", marked)


def code_span(text: str) -> str:
    """Return `text` on one line as a code span, however many backticks it holds.

    In a table's cell, ``|`` still has to be escaped: a code span does not hide it there.
    """
    text = plain(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    if not text:
        return ""
    return f"{fence} {text} {fence}" if longest else f"`{text}`"


@cache
def _pages(*, html: bool) -> Environment:
    """Return the templates' environment: what they print is escaped unless they say otherwise."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def as_markdown(value: Any) -> Any:
        inert = isinstance(value, Markup) or not isinstance(value, str)
        return value if inert else Markup(escape_markdown(value))  # noqa: S704  escaped here

    def as_code(text: str) -> Markup:
        return Markup(code_span(text))  # noqa: S704  what stands in a code span is inert

    pages = Environment(
        loader=PackageLoader("emfair.validation", "templates"),
        autoescape=True,
        finalize=None if html else as_markdown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["code"] = as_code
    return pages
