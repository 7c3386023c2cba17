"""What pages share: escaping, values in people's units, notices."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from streamlit.testing.v1 import AppTest

from emfair.model.documents import AxisNotes, Measurement
from emfair.model.facts import Fact, Source
from emfair.model.findings import Severity, Verdict
from emfair.model.states import ExperimentState
from ui_streamlit import stores
from ui_streamlit.components import values, words
from ui_streamlit.components.labels import distinct
from ui_streamlit.components.links import api
from ui_streamlit.components.markup import escaped, render

SYMBOLS = ("->", "<-", "<->", "--", ">=", "<=", "~=")
"""What Streamlit shows as arrows, dashes and relations where it stands alone."""


def test_every_state_severity_source_and_verdict_has_its_words():
    assert set(words.STATES) == set(ExperimentState)
    assert set(words.SEVERITIES) == set(Severity)
    assert set(words.SOURCES) == set(Source)
    assert set(words.VERDICTS) == set(Verdict)
    assert list(words.TO_DO) == list(words.STEPS)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1))
def test_text_in_markdown_is_shown_as_it_is(text):
    assume(":color[" not in escaped(text))
    tokens = MarkdownIt("commonmark").parse(f"**x**: {escaped(text)}")
    assert {token.type for token in tokens} == {
        "paragraph_open",
        "inline",
        "paragraph_close",
    }
    inline = tokens[1].children or []
    shown = "".join(token.content for token in inline if token.type.startswith("text"))
    assert shown == ("x: " + " ".join(text.split())).rstrip()
    assert sum(token.type == "strong_open" for token in inline) == 1


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_no_node_of_markdown_holds_what_becomes_a_symbol(symbol):
    """A browser's test (`tests.e2e.test_discover`) sees that Streamlit shows them as they are."""
    first, second, rest = symbol[0], symbol[1], symbol[2:]
    nodes = escaped(f"a {symbol} b").replace("\\", "")
    assert nodes == f"a {first}:color[{second}]{rest} b"


@pytest.mark.parametrize("scheme", ["http", "https", "HTTPS"])
def test_no_node_of_markdown_holds_what_becomes_a_link(scheme):
    """The same test in a browser sees that none is one."""
    assert escaped(f"{scheme}://a/b") == rf"{scheme}:color[\:]//a/b"
    assert escaped("Www.a, e.g.www.b") == r"Www:color[\.]a, e\.g\.www:color[\.]b"
    assert escaped("a@b, a@b@c, @ home") == "a:color[@]b, a:color[@]b:color[@]c, @ home"


def test_text_in_html_is_shown_as_it_is():
    shown = render("verdict", word=words.STATES[ExperimentState.VALID], title="<b>", summary='"&')
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (Fact(key="acceleration_voltage", value_num=2e5, unit="V", source="vendor"), "200 kV"),
        (Fact(key="camera_length", value_num=0.415, unit="m", source="vendor"), "415 mm"),
        (Fact(key="defocus", value_num=-1.5e-7, unit="m", source="vendor"), "−150 nm"),
        (Fact(key="magnification", value_num=13500.0, source="vendor"), "13500"),
        (Fact(key="detector", value_text="HAADF", source="vendor"), "HAADF"),
        (Fact(key="is_simulation", value_text="False", source="form"), "no"),
        (Fact(key="field_of_view", value_num=4e-6, unit="m", source="vendor"), "4 µm"),
        (Fact(key="of_no_table", value_num=1.5, unit="furlong", source="form"), "1.5 furlong"),
    ],
)
def test_a_fact_is_told_in_the_unit_people_use(fact, shown):
    assert values.value_of(fact) == shown


def test_what_a_field_takes_is_told_in_the_units_people_use():
    assert values.quantity("defocus", -0.1) == "−100 mm"
    assert values.quantity("field_of_view", 1e-12) == "1 pm"
    assert values.quantity("dose_rate", 3e21) == "30 e/Å²/s"


def test_a_key_has_the_name_people_use():
    assert values.label_of(Fact(key="camera_length", source="vendor")) == "Camera length"
    assert values.label_of(Fact(key="of_no_table", source="vendor")) == "Of no table"


def test_an_axis_tells_its_step_where_it_has_one():
    axis = AxisNotes(name="x", long_name="x", size=512, unit="nm", scale=0.25, offset=0.0)
    assert values.span_of(axis) == "512 points, 0.25 nm apart"
    assert values.span_of(axis.model_copy(update={"scale": None})) == "512 points"
    assert values.span_of(axis.model_copy(update={"size": 1})) == "1 point"


def test_values_stand_as_people_look_for_them_each_once():
    def page(one):
        from ui_streamlit.components.facts import facts

        facts(one)

    known = ("vendor", "stage_x", "technique", "acceleration_voltage", "software")
    one = Measurement.model_construct(
        kind="image_2d",
        facts=[
            *(Fact(key=key, value_text=key, source="vendor") for key in known),
            Fact(key="start_time", value_text="2026-01-22T12:14:00+01:00", source="form"),
        ],
        axes=[
            AxisNotes(name="x", long_name="x", size=8, unit="nm", scale=2.0, offset=0.0)
            for _ in range(2)
        ],
    )
    app = AppTest.from_function(page, args=(one,)).run()
    (table,) = [part.proto.body for part in app.get("html")]
    told_time = 'title="2026-01-22T12:14:00+01:00">2026-01-22 12:14, UTC+01:00</td>'
    assert told_time in table
    told = re.findall(r'<td>([^<]+)</td>|rowgroup">([^<]+)<', table)
    assert [first or second for first, second in told] == [
        "Technique", "Acceleration voltage", "Pixel size", "Start of the acquisition", "Stage",
        "Stage x", "Instrument", "Instrument&#39;s manufacturer", "Control software",
    ]  # fmt: skip


def test_no_text_stands_alone_on_a_page_where_streamlit_would_show_it():
    for path in sorted((Path(stores.__file__).parent / "pages").glob("*.py")):
        _, *body = ast.parse(path.read_text("utf-8")).body
        alone = [one.lineno for one in body if isinstance(one, ast.Expr)]
        assert not alone, f"{path.name}: {alone}"


def test_addresses_hold_no_name_unquoted():
    assert api("e-1", "files", "a b/ü%22?.dm3") == (
        "/api/v1/experiments/e-1/files/a%20b/%C3%BC%2522%3F.dm3"
    )


def test_a_defect_becomes_a_notice_without_its_trace():
    def script():
        from ui_streamlit.components.notices import notices

        with notices():
            raise ZeroDivisionError("secret")

    app = AppTest.from_function(script).run()
    assert not app.exception
    assert "defect in emfair" in app.error[0].value
    assert "secret" not in app.error[0].value


def test_whoever_must_log_in_again_finds_the_way():
    def script():
        from emfair.errors import Unauthenticated
        from ui_streamlit.components.notices import notice

        notice(Unauthenticated("nobody is logged in.", remedy="Log in."))

    app = AppTest.from_function(script)
    app.context = {"url": "https://emfair.test/sql?sql=SELECT+1"}
    app.run()
    assert 'href="/login?to=%2Fsql%3Fsql%3DSELECT%2B1"' in app.get("html")[0].proto.body


def test_a_store_that_does_not_answer_is_told_apart_from_a_wrong_call():
    def script():
        from emfair.errors import NotFound, Unavailable
        from ui_streamlit.components.notices import notice

        notice(Unavailable("does not answer.", subject="s3://lake", remedy="Wait."))
        notice(NotFound("no *such* file.\nLINE 1", subject="<a>", remedy="Look."))

    app = AppTest.from_function(script).run()
    assert app.error[0].value.startswith("**s3\\:")
    assert r"no \*such\* file\." in app.warning[0].value
    assert app.code[0].value == "LINE 1"


def test_no_button_carries_whoever_looked_when_it_was_drawn():
    """Streamlit runs callbacks before the page: whoever presses may have lost their rights."""
    for file in Path(stores.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call):
                given = [
                    one.value for one in call.keywords if one.arg in ("args", "kwargs", "data")
                ]
                names = {n.id for one in given for n in ast.walk(one) if isinstance(n, ast.Name)}
                assert "access" not in names, f"{file.name}:{call.lineno}"


def test_what_looks_alike_is_told_apart_by_its_identifier():
    told = distinct({"a": "Quartz", "b": "quartz ", "c": "Steel", "d": "Quartz (a)"})
    assert told["c"] == "Steel"
    assert len({label.casefold() for label in told.values()}) == 4
    assert told["a"].endswith("(a)")
    assert told["b"].endswith("(b)")
    assert told["d"] == "Quartz (a) (d)"
