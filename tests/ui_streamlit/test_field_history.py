"""Every version tells what it changed, and once why."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from emfair.model.changes import changes
from emfair.model.facts import Fact, Source
from emfair.registry import AnnotationEdit
from emfair.service.annotation_versions import History
from emfair.service.form import Field, Form
from tests.catalogue.conftest import a_measurement, number

NOON = datetime(2026, 1, 22, 12, tzinfo=UTC)
WHY = "the label was wrong"
EMPTY = Form((), {}, 1, (), ())


def edit(old, new, reason=WHY) -> AnnotationEdit:
    return AnnotationEdit(2, "local:ada", NOON, reason, changes(old, new))


def page(found, form):
    from ui_streamlit.components.field_history import field_history

    field_history(found, form)


def shown(*edits, names=None, form=EMPTY) -> AppTest:
    found = History(edits, {"local:ada": "Ada"} if names is None else names)
    app = AppTest.from_function(page, args=(found, form), default_timeout=30).run()
    assert not app.exception
    return app


def lines(app) -> list[str]:
    """Return the words of each row below the headings."""
    (piece,) = app.get("html")
    rows = re.findall(r"<tr.*?</tr>", piece.proto.body, re.DOTALL)[1:]
    return [" | ".join(re.findall(r">([^<>]+)</", row)) for row in rows]


@pytest.mark.parametrize("name", ["a.dm3", "scan", "night 2/a.b.dm3", 'näh "50%".dm3'])
@pytest.mark.parametrize(
    ("said", "field"),
    [({"title": "x"}, "Title"), ({"measurement": {"defocus": "1 nm"}}, "Defocus")],
)
def test_a_field_of_one_file_is_called_by_the_files_name(name, said, field):
    _, changed, _ = lines(shown(edit({}, {"files": {name: said}})))
    assert unescape(changed).startswith(f"{name} › {field} | ")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"sample": {"name": "A"}}, {"sample": {"name": "B"}}, "B | A"),
        ({}, {"measurement": {"acceleration_voltage": "300 kV"}}, "300 kV | nothing"),
        ({"sample": {"name": "A"}}, {}, "nothing | A"),
    ],
)
def test_a_reason_stands_once_below_all_that_its_version_changed(old, new, told):
    both = {**new, "instrument": {"model": "Titan"}}
    head, *changed, why = lines(shown(edit(old, both)))
    assert head == "2026-01-22 12:00, UTC · Ada"
    assert len(changed) == 2
    assert any(one.endswith(f" | {told}") for one in changed)
    assert why == f"Why: {WHY}"


def test_each_version_has_its_own_and_the_newest_is_first():
    first = edit({}, {"sample": {"name": "A"}}, "filled in")
    second = edit({"sample": {"name": "A"}}, {"sample": {"name": "B"}})
    app = shown(second, first, names={})
    found = lines(app)
    assert [one for one in found if one.startswith("Why")] == [f"Why: {WHY}", "Why: filled in"]
    assert [one for one in found if "local:ada" in one] == ["2026-01-22 12:00, UTC · local:ada"] * 2
    assert app.expander[0].label == "History · 2 changes"


def test_a_version_without_a_reason_says_none():
    assert len(lines(shown(edit({}, {"title": "x"}, "")))) == 2


def test_a_title_that_looks_like_a_time_stays_as_it_was_typed():
    _, changed, _ = lines(shown(edit({}, {"title": "2026-01-22 12:14"})))
    assert changed.endswith(" | 2026-01-22 12:14 | nothing")


def test_what_people_typed_is_no_markup():
    (piece,) = shown(edit({}, {"title": "<b>x"}, "<i>y")).get("html")
    assert "&lt;b&gt;x" in piece.proto.body
    assert "&lt;i&gt;y" in piece.proto.body


def test_without_a_change_there_is_no_history():
    assert not shown().expander


def known(*values: float, source=Source.VENDOR) -> Form:
    """Return a form in which files say a convergence angle (rad)."""
    facts = tuple(
        Fact(key="convergence_angle", value_num=one, unit="rad", source=source) for one in values
    )
    return replace(EMPTY, fields=(Field("measurement.convergence_angle", {"x-emfair": {}}, facts),))


@pytest.mark.parametrize(
    ("old", "new", "form", "told"),
    [
        (None, "15 mrad", known(0.021), "15 mrad | 21 mrad (file)"),
        ("15 mrad", None, known(0.021), "21 mrad (file) | 15 mrad"),
        ("15 mrad", "16 mrad", known(0.021), "16 mrad | 15 mrad"),
        (None, "15 mrad", known(0.02, source=Source.PROFILE), "15 mrad | 20 mrad (profile)"),
        (None, "15 mrad", known(0.02, 0.03), "15 mrad | 20 mrad (file), 30 mrad (file)"),
        (
            None,
            "15 mrad",
            known(*(0.01 * one for one in range(1, 6))),
            "15 mrad | 10 mrad (file), 20 mrad (file), 30 mrad (file) and 2 more",
        ),
        (None, "15 mrad", EMPTY, "15 mrad | nothing"),
    ],
)
def test_where_nobody_says_a_field_it_tells_what_files_or_records_say(old, new, form, told):
    before, after = ({"measurement": {"convergence_angle": one}} for one in (old, new))
    _, changed, _ = lines(shown(edit(before, after), form=form))
    assert changed.endswith(f" | {told}")


def test_a_files_own_time_is_not_told_as_replaced_by_what_is_said_of_all():
    start = Fact(key="start_time", value_text="2016-08-08T15:26:20Z", source=Source.VENDOR)
    form = replace(EMPTY, fields=(Field("start_time", {"x-emfair": {}}, (start,)),))
    _, changed, _ = lines(shown(edit({}, {"start_time": "2026-01-22T12:14:12Z"}), form=form))
    assert changed.endswith(" | nothing")


@pytest.mark.parametrize("name", ["a.dm3", "/a.dm3"])
def test_of_a_single_file_it_tells_what_that_file_says(name):
    read = a_measurement("m-0", [number("convergence_angle", 0.021, "rad")], file="a.dm3")
    form = replace(EMPTY, read=(read,))
    said = {name: {"measurement": {"convergence_angle": "15 mrad"}}}
    _, changed, _ = lines(shown(edit({}, {"files": said}), form=form))
    assert changed.endswith(" | 15 mrad | 21 mrad (file)")
