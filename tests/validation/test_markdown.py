"""Whatever a name or a message holds, a reader of Markdown sees it as it is."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from emfair.model.findings import Finding
from emfair.validation.outline import plain
from emfair.validation.report import code_span, escape_markdown, render_markdown

texts = st.text(
    st.one_of(st.sampled_from("|`\\\n\r#*_-+=.1) ~<>&!:/[]{}()\t"), st.characters(codec="utf-8")),
    max_size=30,
)
parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def seen(tokens):
    """Return what the text tokens of a page say, and the contents of its code spans."""
    inline = [part for token in tokens for part in token.children or [] if token.type == "inline"]
    said = "".join(part.content for part in inline if part.type != "code_inline")
    return said, [part.content for part in inline if part.type == "code_inline"]


@given(texts)
@example("a\n\n# b | c")
@example("1. x")
def test_escaped_text_is_only_text(text):
    line = plain(text)
    page = parser.parse(escape_markdown(line))
    assert {token.type for token in page} <= {"paragraph_open", "inline", "paragraph_close"}
    page = parser.parse(f"- **error** — {escape_markdown(text)}\n\n  At here.")
    assert [token.type for token in page if token.type.endswith("_open")] == [
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
        "paragraph_open",
    ]
    assert seen(parser.parse(f"x{escape_markdown(line)}x")) == (f"x{line}x", [])


@given(texts)
@example("`")
@example("a``b`|\n\nc")
def test_a_code_span_holds_the_text_and_nothing_else_does(text):
    said, spans = seen(parser.parse(f"At {code_span(text)}."))
    assert said == "At ."
    assert spans == ([plain(text)] if plain(text) else [])


@given(texts)
def test_a_code_span_with_its_bars_escaped_stays_in_its_cell(text):
    cell = code_span(text).replace("|", r"\|")
    page = parser.parse(f"| a | b |\n| --- | --- |\n| {cell} | end |")
    cells = [token for token in page if token.type == "td_open"]
    assert len(cells) == 2


def test_a_hostile_finding_makes_one_row_and_one_code_span(trees):
    hostile = "a | b `c``d`\n\n# e\n| --- |\r\n- f"
    told = Finding(
        severity="error",
        rule="wrong-type",
        message=hostile,
        hint=hostile,
        path=f"/entry/{hostile}",
        measurement=hostile,
    )
    page = parser.parse(render_markdown(trees.document({(hostile, hostile): [told]})))
    assert {"table_open", "code_block", "fence"}.isdisjoint(token.type for token in page)
    assert sum(token.type == "list_item_open" for token in page) == 1
    assert [token.type for token in page].count("heading_open") == 2
    assert seen(page)[1] == [plain(f"/entry/{hostile}")]
