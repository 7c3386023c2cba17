"""What is known of a field beside it: as people read it, and of how many measurements."""

from __future__ import annotations

import pytest

from emfair.model.facts import Fact, Source
from emfair.service.form import Field
from tests.ui_streamlit.annotate.filling_in import field
from ui_streamlit.components.known import hint


def known(*metres: float, lacking: int = 0, of: int = 51) -> Field:
    facts = tuple(
        Fact(key="working_distance", value_num=one, unit="m", source=Source.VENDOR)
        for one in metres
    )
    return Field("measurement.working_distance", {"x-emfair": {}}, facts, (), lacking, of)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (known(), ""),
        (known(0.00500001), "5 mm"),
        (known(0.0049876), "4.988 mm"),
        (known(0.00500001, 0.00499999), "5 mm"),
        (known(0.005, 0.006), "differs from file to file"),
        (known(0.005, lacking=48), "5 mm, of 3 of 51 measurements"),
        (known(0.005, 0.006, lacking=1), "differs from file to file, of 50 of 51 measurements"),
    ],
)
def test_a_hint_is_read_at_a_glance_and_tells_of_how_many_it_is(asked, told):
    assert hint(asked) == told


def test_of_what_one_file_alone_says_the_form_tells_how_many_say_nothing(page, made):
    app = page("annotate", id=made["valid"])
    assert field(app, "measurement.dwell_time").placeholder == "3.5 µs, of 1 of 2 measurements"
    assert field(app, "measurement.acceleration_voltage").placeholder == "200 kV"
    assert field(app, "sample.thickness").placeholder == "such as 1.5 nm", "no file says it"
    told = [one.value for one in app.caption]
    assert any(one.startswith("1 of 2 measurements say nothing. What stands") for one in told)
