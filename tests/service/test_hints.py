"""What may help where words find nothing."""

from __future__ import annotations

import pytest

from emfair.service.hints import hints


@pytest.mark.parametrize(
    ("words", "quantity", "labels"),
    [
        ("200 kV", "200 kV", "Acceleration voltage"),
        ("gold 200kV", "200kV", "Acceleration voltage"),
        ('"gold 0.3 MV"', "0.3 MV", "Acceleration voltage"),
        ("50 pA", "50 pA", "Beam current"),
        ("20 kx gold", "20 kx", "Magnification"),
        ("30 e/Å^2/s", "30 e/Å^2/s", "Dose rate"),
        ("10 µs", "10 µs", "Dwell time or Acquisition time"),
        ("5 nm", "5 nm", "Defocus, Field of view or Sample thickness"),
    ],
)
def test_a_quantity_among_words_belongs_into_a_range(words, quantity, labels):
    assert any(
        told.startswith(f"{quantity} is a quantity: add it as a range of {labels}, with")
        for told in hints(words)
    )


@pytest.mark.parametrize(
    "words", ["", "gold film", "2026", "scan 3", "sample 12 b", "-200 kV", "-"]
)
def test_words_that_are_no_quantity_are_none(words):
    assert not any("quantity" in told for told in hints(words))


def test_phrases_and_what_is_left_out_are_told_where_there_are_any():
    assert hints("EELS map") == ()
    (phrase,) = hints('"EELS map"')
    assert "Without quotes" in phrase
    (left_out,) = hints("map -EDS")
    assert "minus" in left_out
