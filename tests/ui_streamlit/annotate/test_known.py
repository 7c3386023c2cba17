"""What is known of a field beside it: as people read it, and of how many measurements."""

from __future__ import annotations

import pytest

from emfair.model.facts import Fact, Source
from emfair.service.form import Field
from tests.ui_streamlit.annotate.filling_in import field
from ui_streamlit.components.known import hint

SOME = (
    "Where only some measurements say a value, what stands in its field counts for all; what is of "
    "single files can be said below."
)


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


def test_of_what_one_file_alone_says_the_form_tells_how_many_say_it(page, made):
    app = page("annotate", id=made["valid"])
    assert field(app, "measurement.dwell_time").placeholder == "3.5 µs, of 1 of 2 measurements"
    assert field(app, "measurement.acceleration_voltage").placeholder == "200 kV"
    assert field(app, "sample.thickness").placeholder == "such as 1.5 nm", "no file says it"
    told = [one.value.replace("\\", "") for one in app.caption]
    assert ":green-badge[file] 3.5 µs, of 1 of 2 measurements" in told
    assert any(one.endswith("200 kV") for one in told), "all say it"


def test_for_what_it_counts_where_only_some_say_it_is_told_once_a_section(page, made):
    app = page("annotate", id=made["valid"])
    of_some = [one for one in app.text_input if " of 1 of 2 measurements" in one.placeholder]
    sections = [one for one in app.expander if SOME in _captions(one)]
    assert len(of_some) > len(sections) > 0
    for one in sections:
        assert _captions(one).count(SOME) == 1
        assert any(" of 1 of 2 " in field.placeholder for field in one.text_input)
    (complete,) = (one for one in app.expander if one.label.startswith("Sample"))
    assert SOME not in _captions(complete)


def _captions(part) -> list[str]:
    return [one.value for one in part.caption]
