"""Ranges as people type them: what each form means, and what is told of what has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.errors import BadCall
from emfair.nxem.keys import keys
from emfair.service.ranges import Range, example_of, read_range

VOLTAGE, DEFOCUS = "acceleration_voltage", "defocus"
NUMBERS = [key for key in keys().values() if key.kind == "number"]


def read(text: str, key: str = VOLTAGE) -> Range:
    return read_range(text, keys()[key], "where")


@pytest.mark.parametrize(
    "text",
    [
        "80 kV to 200 kV", "80 to 200 kV", "80 kV to 200", "80-200 kV", "80 - 200 kV",
        "80 kV-200 kV", "80kV–200kV", "80..200 kV", "80 kV .. 0.2 MV", "80 kV...200 kV",
        "80 … 200 kV", "from 80 to 200 kV", "between 80 and 200 kV", "8e4 TO 2e5 V",
    ],
)  # fmt: skip
def test_a_range_is_typed_as_people_say_it_and_one_unit_is_enough(text):
    found = read(text)
    assert (found.low, found.high) == (pytest.approx(80e3), pytest.approx(200e3))
    assert not found.strict


@pytest.mark.parametrize(
    ("text", "low", "high", "strict"),
    [
        ("> 100 kV", 100e3, None, True),
        (">100kV", 100e3, None, True),
        ("more than 100 kV", 100e3, None, True),
        ("≥ 1.2 kV", 1200.0, None, False),
        (">= 1.2 kV", 1200.0, None, False),
        ("at least 1.2 kV", 1200.0, None, False),
        ("from 1.2 kV", 1200.0, None, False),
        ("1.2 kV..", 1200.0, None, False),
        ("< 30 kV", None, 30e3, True),
        ("Less than 30 kV", None, 30e3, True),
        ("≤ 30 kV", None, 30e3, False),
        ("up to 30 kV", None, 30e3, False),
        ("..30 kV", None, 30e3, False),
        ("= 30 kV", 30e3, 30e3, False),
        ("exactly 30 kV", 30e3, 30e3, False),
    ],
)
def test_a_bound_is_typed_by_sign_or_in_words(text, low, high, strict):
    found = read(text)
    for end, wanted in ((found.low, low), (found.high, high)):
        assert end == (None if wanted is None else pytest.approx(wanted))
    assert found.strict is strict


@pytest.mark.parametrize(
    ("text", "key", "low", "high"),
    [
        ("200 kV", VOLTAGE, 199.5e3, 200.5e3),
        ("200.0 kV", VOLTAGE, 199.95e3, 200.05e3),
        ("2e2 kV", VOLTAGE, 150e3, 250e3),
        ("1.2 nm", DEFOCUS, 1.15e-9, 1.25e-9),
        ("-1.2 nm", DEFOCUS, -1.25e-9, -1.15e-9),
        ("− 1.2 nm", DEFOCUS, -1.25e-9, -1.15e-9),
        ("50000", "magnification", 49999.5, 50000.5),
    ],
)
def test_a_value_stands_for_what_rounds_to_it(text, key, low, high):
    found = read(text, key)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(
    "text",
    ["~200 kV", "~ 200 kV", "∼200kV", "≈ 200 kV", "≃200 kV", "about 200 kV", "Around 0.200 MV",
     "approx. 200 kV", "approximately 200 kV", "ca. 200 kV", "c. 200 kV", "circa 200 kV"],
)  # fmt: skip
def test_about_a_value_is_what_rounds_to_it(text):
    assert read(text) == read("0.200 MV" if "MV" in text else "200 kV")


@pytest.mark.parametrize(
    ("text", "key", "low", "high"),
    [
        ("10-30 e-/Å²/s", "dose_rate", 1e21, 3e21),
        ("10 e/A^2/s to 3000 e/nm^2/s", "dose_rate", 1e21, 3e21),
        ("10 e⁻ Å⁻² s⁻¹ - 30 e⁻ Å⁻² s⁻¹", "dose_rate", 1e21, 3e21),
        ("30 e/Å^2/s", "dose_rate", 2.95e21, 3.05e21),
        ("> 30e/Å^2s", "dose_rate", 3e21, None),
        ("20 kx", "magnification", 19.5e3, 20.5e3),
        ("20,000x", "magnification", 19999.5, 20000.5),
        ("10-20 kx", "magnification", 10e3, 20e3),
        ("20k× to 2 Mx", "magnification", 20e3, 2e6),
        ("20 kx to 50000", "magnification", 20e3, 50e3),
        ("20,000-50,000 x", "magnification", 20e3, 50e3),
        ("20 000 × … 50 000 ×", "magnification", 20e3, 50e3),
        ("> 20 000", "magnification", 20e3, None),
        ("10 pA to 2 nA", "beam_current", 10e-12, 2e-9),
    ],
)
def test_units_are_those_that_microscopists_type(text, key, low, high):
    found = read(text, key)
    for end, wanted in ((found.low, low), (found.high, high)):
        assert end == (None if wanted is None else pytest.approx(wanted))


@pytest.mark.parametrize(
    ("text", "key", "instead"),
    [
        ("200 kv", VOLTAGE, "Did you mean kV? Write a range"),
        ("~200 KV", VOLTAGE, "Did you mean kV? Write a range"),
        ("80-200 kv", VOLTAGE, "Did you mean kV? Write a range"),
        ("1,2-3,4 kV", VOLTAGE, "Write 1.2-3.4 kV. Write a range"),
        ("1,5 kx", "magnification", "Write 1.5 kx. Write a range"),
        ("-3,5 ° to 3°", "tilt_alpha", "Write -3.5 ° to 3°. Write a range"),
    ],
)
def test_where_it_is_known_what_was_meant_that_is_told_first(text, key, instead):
    with pytest.raises(BadCall) as refused:
        read(text, key)
    assert refused.value.remedy.startswith(instead)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("-50 nm to -20 nm", -50e-9, -20e-9),
        ("-50--20 nm", -50e-9, -20e-9),
        ("-50 - 20 nm", -50e-9, 20e-9),
        ("−50–20 nm", -50e-9, 20e-9),
        ("1e-3 - 2e-3 µm", 1e-9, 2e-9),
        ("5 nm-10 nm", 5e-9, 10e-9),
        ("100 pm to 1 nm", 1e-10, 1e-9),
    ],
)
def test_a_minus_may_be_of_a_number_or_between_two(text, low, high):
    found = read(text, DEFOCUS)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "says nothing"),
        (" .. ", "says nothing"),
        ("fast", "'fast' is no range"),
        ("80", "'80' has no unit"),
        ("80..200", "'80..200' has no unit"),
        ("> 80", "has no unit"),
        ("80 nm", "'nm' is no unit of it"),
        ("80 to 200 nm", "'nm' is no unit of it"),
        ("80 furlongs", "'furlongs' is no unit of it"),
        ("1,2 kV", "has a comma"),
        ("300 kV to 2 kV", "300 kV is more than 2 kV"),
        ("1e999 V..", "too large"),
        ("..-1e999 V", "too large"),
        ("0e99999 V", ""),
        ("9" * 201, "too long"),
        ("200 kV or so", "'kV or so' is no unit of it"),
        ("nearly 200 kV", "'nearly' before a number is not understood"),
        ("> ~200 kV", "'> ~' before a number is not understood"),
        ("~80-200 kV", "'~80-200 kV' is no range"),
        ("~ 200 furlongs", "'furlongs' is no unit of it"),
    ],
)
def test_what_cannot_be_read_says_what_to_write_instead(text, words):
    with pytest.raises(BadCall) as refused:
        read(text)
    assert words in refused.value.message
    assert "kV" in refused.value.remedy
    assert refused.value.subject == "where"


@pytest.mark.parametrize("key", NUMBERS, ids=lambda key: key.key)
def test_each_keys_example_can_be_typed_and_is_of_possible_values(key):
    found = read_range(example_of(key), key, "where")
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.high
    assert key.possible(found.low)
    assert key.possible(found.high)
    assert example_of(key) in refused_remedy(key)


def refused_remedy(key):
    with pytest.raises(BadCall) as refused:
        read_range("no such thing", key, "where")
    return refused.value.remedy


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_range_or_refused_with_a_remedy(text):
    found = error = None
    try:
        found = read(text)
    except BadCall as refused:
        error = refused
    assert error.remedy if error else (found.low, found.high) != (None, None)


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_two_numbers_are_the_ends_of_a_range_whatever_they_are(first, second):
    low, high = sorted((first, second))
    for text in (f"{low!r}-{high!r} V", f"{low!r} V to {high!r}", f"{low!r}..{high!r} V"):
        found = read(text)
        assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
