"""Reports say each thing once, and names of files are only names."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from emfair.model.findings import Finding, Severity
from emfair.validation.outline import outline, plain
from emfair.validation.report import code_span, escape_markdown, render_html, render_markdown

HOSTILE = '<script>alert("x")</script>`b`[a](http://evil)\n# \u202eknab.dm4'


def finding(measurement="", file="", severity="missing", **more):
    return Finding(
        severity=severity,
        rule="missing-required-field",
        message="Sample prepared on: required, but not given.",
        hint="Fill in sample.preparation_date in the annotations.",
        path="/entry/sample1/preparation_date",
        field="sample.preparation_date",
    ).model_copy(update={"measurement": measurement, "file": file, **more})


@pytest.fixture
def twelve(trees):
    """Twelve measurements that lack the same date; one has an error beside."""
    parts = {
        (f"m-{n:02d}", f"scan_{n}.dm4"): [finding(f"m-{n:02d}", f"scan_{n}.dm4")] for n in range(12)
    }
    parts["m-03", "scan_3.dm4"].append(
        finding(
            "m-03",
            "scan_3.dm4",
            severity=Severity.ERROR,
            rule="wrong-unit",
            message="voltage is given in “px”.",
            field="",
            path="/entry/measurement/event1/instrument/ebeam_column/electron_source/voltage",
        )
    )
    return trees.document(parts)


@pytest.fixture
def hostile(trees):
    bad = finding(
        "m-1", HOSTILE, severity=Severity.ERROR, message=HOSTILE, path=f"/entry/{HOSTILE}"
    )
    return trees.document({("m-1", HOSTILE): [bad]}, finding(file=HOSTILE))


class Tags(HTMLParser):
    """Which tags a browser would see."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):  # noqa: D102  HTMLParser's own signature
        self.seen.append(tag)


def test_what_many_measurements_share_is_said_once(twelve):
    for page in (render_html(twelve), render_markdown(twelve)):
        assert page.count("required, but not given") == 1
    assert "In all 12 measurements" in render_html(twelve)
    assert "In all 12 measurements." in render_markdown(twelve)


def test_names_of_all_measurements_tell_nothing_and_are_left_out(twelve):
    for page in (render_html(twelve), render_markdown(twelve)):
        assert "m-03" in page
        assert page.count("m-07") == 1, "among those that have nothing of their own to mend"


def test_long_lists_are_folded_and_cut_with_their_count(trees):
    parts = {(f"m-{n:03d}", ""): [finding(f"m-{n:03d}")] if n < 70 else [] for n in range(90)}
    html, markdown = (render(trees.document(parts)) for render in (render_html, render_markdown))
    assert "In 70 of 90 measurements" in html
    assert "and 10 more" in html, "60 names of 70"
    assert "In 70 of 90 measurements: m-000, m-001, m-002 and 67 more." in markdown
    seen, _, folded = html.partition("and 78 more")
    assert ("m-011</b>" in seen, "m-012</b>" in seen, "m-012</b>" in folded) == (True, False, True)
    assert "- and 78 more\n" in markdown


def test_errors_come_before_what_is_missing(twelve):
    titles = [section.title for section in outline(twelve).sections]
    assert titles == ["m-03", "Found more than once"]


def test_twenty_events_with_one_fault_are_one_row(trees):
    found = [
        finding("m-1", "a.emd", path=f"/entry/measurement/event{n}/instrument/optics/defocus")
        for n in range(1, 21)
    ]
    (section,) = outline(trees.document({("m-1", "a.emd"): found})).sections
    (row,) = section.rows
    assert row.more_places == 19
    assert row.path == "/entry/measurement/event1/instrument/optics/defocus"


def test_files_that_share_a_fault_are_not_counted_as_measurements(trees):
    unread = [finding(file=f"{n}.ser", message="The file is empty.", path="") for n in range(3)]
    told = outline(trees.document({("m-1", "a"): []}, *unread))
    assert [row.spread for section in told.sections for row in section.rows] == ["3 files"]


def test_hints_that_quote_each_file_make_one_row_with_their_number(trees):
    said = "Start: the form says 2026-01-22, the file something else."
    found = [
        finding(file=f"{n:02d}.ser", message=said, hint=f"The file says {1900 + n}.", path="")
        for n in range(90)
    ]
    told = outline(trees.document({("m-1", "a"): []}, *found))
    (row,) = (row for section in told.sections for row in section.rows)
    assert (row.spread, row.hint) == ("90 files", "The file says 1900. (89 more like it)")


def test_different_messages_are_never_put_together(trees):
    found = [finding("m-1", "a"), finding("m-1", "a", message="Something else.")]
    (section,) = outline(trees.document({("m-1", "a"): found})).sections
    assert len(section.rows) == 2


@pytest.mark.parametrize(
    ("severity", "title", "words"),
    [
        (
            "error",
            "Invalid",
            "1 error has to be mended before this experiment (1 measurement) meets",
        ),
        ("missing", "Needs input", "1 missing value has to be filled in before this experiment (1"),
        ("recommended", "Valid", "Meets NXem (1 measurement). 1 recommendation would"),
        ("note", "Valid", "Meets NXem (1 measurement)."),
    ],
)
def test_the_verdict_is_said_in_plain_words_at_the_top(trees, severity, title, words):
    document = trees.document({("m-1", "a"): [finding("m-1", "a", severity=Severity(severity))]})
    markdown = render_markdown(document)
    assert markdown.startswith(f"# {title}: e-1\n")
    assert words in markdown
    assert words in render_html(document)


def test_unread_files_and_clean_measurements_are_named(trees):
    document = trees.document(
        {("m-1", "good.dm4"): []}, finding(file="broken.ser", message="The file is empty.")
    )
    told = outline(document)
    assert [section.title for section in told.sections] == ["broken.ser"]
    assert told.clean == (("m-1", "good.dm4"),)
    assert "broken.ser" in render_html(document)
    assert "good.dm4" in render_markdown(document)


def test_the_footer_names_definitions_and_validator(twelve):
    assert "v2026.01 (gaf199a51), by pynxtools 0.16.0" in render_html(twelve)
    assert "pynxtools 0.16.0" in render_markdown(twelve)


def test_hostile_names_make_no_html(hostile):
    page = render_html(hostile)
    parser = Tags()
    parser.feed(page)
    assert "script" not in parser.seen
    assert "a" not in parser.seen
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page


def test_hostile_names_make_no_markdown(hostile):
    page = render_markdown(hostile)
    outside = re.sub(r"(`+).+?\1", "", page)
    assert "<script>" not in re.sub(r"(?<!\\)(`+) .+? \1", "", page)
    assert not re.search(r"(?<!\\)\]\(http", outside)
    assert [line for line in page.splitlines() if line.startswith("# ")] == ["# Invalid: e-1"]
    assert "\u202e" not in page


def test_the_page_asks_for_nothing_outside_itself(twelve):
    page = render_html(twelve)
    assert not re.search(r"(?:src|href)=|url\(|@import", page)
    assert "prefers-color-scheme: dark" in page


def test_the_same_document_gives_the_same_bytes(twelve):
    again = twelve.model_copy(update={"findings": tuple(twelve.findings)})
    assert render_html(twelve) == render_html(again)
    assert render_markdown(twelve) == render_markdown(again)


def test_markdown_is_escaped_where_it_would_act():
    assert escape_markdown("1. *a* _b_ [c](d) <e>") == r"1\. \*a\* \_b\_ \[c\](d) &lt;e&gt;"
    assert escape_markdown("2) two") == r"2\) two"
    assert escape_markdown("- item") == r"\- item"
    assert escape_markdown("Titan 80-300 1.5 mm") == "Titan 80-300 1.5 mm"


def test_a_code_span_holds_any_backticks():
    assert code_span("a/b") == "`a/b`"
    assert code_span("a``b") == "``` a``b ```"


def test_plain_text_has_one_line_and_no_hidden_characters():
    assert plain(" a\n\tb\u202ec\x00") == "a b\ufffdc\ufffd"


@pytest.mark.parametrize(
    ("severities", "summary"),
    [
        ([], "Meets NXem (1 measurement)."),
        (["recommended"], "Meets NXem (1 measurement). 1 recommendation would make the data easier "
                          "to find and to reuse."),
        (["warning", "note"], "Meets NXem (1 measurement). 1 warning: what is said there "
                              "contradicts something else and has to be looked at."),
        (["missing"] * 2, "2 missing values have to be filled in before this experiment "
                          "(1 measurement) meets NXem."),
        (["error", *["missing"] * 6], "1 error has to be mended, and 6 missing values have to be "
                                      "filled in before this experiment (1 measurement) meets "
                                      "NXem."),
    ],
)  # fmt: skip
def test_a_summary_says_all_that_stands_between_data_and_nxem(trees, severities, summary):
    found = [
        finding(
            "m-1", "a.dm4", severity=Severity(one), path=f"/entry/{n}", field=f"measurement.{n}"
        )
        for n, one in enumerate(severities)
    ]
    assert outline(trees.document({("m-1", "a.dm4"): found})).summary == summary
