"""A reason stands beside the changes that it was asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from emfair.model.changes import changes
from emfair.model.facts import Fact, Source
from emfair.registry import AnnotationEdit
from emfair.service.annotation_versions import History
from emfair.service.form import Field, Form

NOON = datetime(2026, 1, 22, 12, tzinfo=UTC)
VOLTAGE = Fact(
    key="acceleration_voltage", value_num=200e3, value_text="", unit="V", source=Source.VENDOR,
    source_path="HV", raw="200", extractor="test", extractor_version="1",
)  # fmt: skip


def form() -> Form:
    names = ("title", "sample.name", "instrument.model")
    about = {"title": "T", "x-emfair": {}}
    fields = (
        *(Field(name, about) for name in names),
        Field("measurement.acceleration_voltage", about, (VOLTAGE,)),
    )
    return Form(fields, {}, 1, ("a.dm3",), ())


def edit(old, new, reason="the label was wrong") -> AnnotationEdit:
    return AnnotationEdit(2, "local:ada", NOON, reason, changes(old, new))


def page(found, form):
    from ui_streamlit.components.field_history import field_history

    field_history(found, form)


def reasons(*edits) -> dict[str, str]:
    """Return what stands as the reason beside each field, by its label."""
    found = History(edits, {"local:ada": "Ada"})
    app = AppTest.from_function(page, args=(found, form()), default_timeout=30).run()
    assert not app.exception
    (table,) = app.dataframe
    return dict(zip(table.value["field"], table.value["why"], strict=True))


MODEL = "Instrument's model"


@pytest.mark.parametrize(
    ("old", "new", "asked"),
    [
        ({"sample": {"name": "A"}}, {"sample": {"name": "B"}}, 1),
        ({}, {"measurement": {"acceleration_voltage": "300 kV"}}, 1),
    ],
)
def test_it_stands_beside_what_was_replaced_and_not_beside_what_was_filled_in(old, new, asked):
    both = {**new, "instrument": {"model": "Titan"}, "files": {"a.dm3": {"title": "x"}}}
    found = reasons(edit(old, both))
    assert sorted(found.values()) == ["", "", "the label was wrong"]
    assert found[MODEL] == ""
    assert len([one for one in found.values() if one]) == asked


def test_what_says_the_same_as_the_file_was_not_asked_for():
    new = {"sample": {"name": "B"}, "measurement": {"acceleration_voltage": "0.2 MV"}}
    found = reasons(edit({"sample": {"name": "A"}}, new))
    assert sorted(found.values()) == ["", "the label was wrong"]


def test_of_a_save_that_replaced_nothing_the_reason_is_that_of_all():
    found = reasons(edit({"title": "x"}, {"instrument": {"model": "Titan"}}, "seen by EDX"))
    assert [*found.values()] == ["seen by EDX"] * 2


def test_each_save_has_its_own():
    first = edit({}, {"sample": {"name": "A"}}, "filled in")
    found = History((edit({"sample": {"name": "A"}}, {"sample": {"name": "B"}}), first), {})
    app = AppTest.from_function(page, args=(found, form()), default_timeout=30).run()
    (table,) = app.dataframe
    assert [*table.value["why"]] == ["the label was wrong", "filled in"]
    assert [*table.value["who"]] == ["local:ada"] * 2


def test_without_a_change_there_is_no_history():
    app = AppTest.from_function(page, args=(History((), {}), form()), default_timeout=30).run()
    assert not app.expander
