"""What the measurements of an experiment say together."""

from __future__ import annotations

from datetime import UTC, datetime

from emfair.model.annotations import Annotations
from emfair.model.facts import Fact, Source
from emfair.nxem.session import instrument, operator, started


def said(**texts):
    return {
        key: Fact(key=key, value_text=value, source=Source.VENDOR) for key, value in texts.items()
    }


def test_of_equals_the_first_in_the_alphabet_is_taken():
    assert operator(Annotations(), [said(operator="Grace"), said(operator="Ada")]) == "Ada"
    assert operator(Annotations(), [said(), said(detector="HAADF")]) is None


def test_it_began_with_the_earliest_time_that_has_an_offset():
    texts = ("2026-01-22T10:00:00", "yesterday", "2026-01-22T13:00:00+01:00",
             "2026-01-22T12:30:00Z")  # fmt: skip
    measurements = [said(start_time=text) for text in texts]
    assert started(Annotations(), measurements) == datetime(2026, 1, 22, 12, tzinfo=UTC)
    assert started(Annotations(), measurements[:2]) is None


def test_an_instrument_is_called_by_its_own_name_or_else_by_its_model():
    assert instrument(said(instrument_name="Titan in room 4", model="Titan 80-300")) == (
        "Titan in room 4"
    )
    assert instrument(said(model="Titan 80-300")) == "Titan 80-300"
    assert instrument(said()) is None
