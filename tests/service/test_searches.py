"""Searches as addresses say them: what is read, what is refused, and by which words."""

from __future__ import annotations

from datetime import date

import pytest

from emfair.catalogue.search import Condition, Search
from emfair.errors import BadCall
from emfair.service.searches import read_search


def test_an_empty_address_searches_for_everything():
    assert read_search({}) == Search()
    assert read_search({"q": [""], "element": [], "id": ["of something else"]}) == Search()


def test_all_of_an_address_is_read():
    said = {
        "level": ["measurements"],
        "q": ["  gold \n film "],
        "element": ["Au", "C", "Au"],
        "where": ["acceleration_voltage:80 kV..0.3 MV", "detector: HAADF DF"],
        "since": ["2026-01-01"],
        "until": ["2026-02-01"],
        "columns": ["defocus", "software", "defocus"],
        "sort": ["defocus"],
    }
    assert read_search(said) == Search(
        level="measurements",
        words="gold \n film",
        chosen={"element": ("Au", "C")},
        conditions=(
            Condition("acceleration_voltage", 80e3, pytest.approx(300e3)),
            Condition("detector", words="HAADF DF"),
        ),
        since=date(2026, 1, 1),
        until=date(2026, 2, 1),
        columns=("defocus", "software"),
        sort="defocus",
        descending=False,
    )


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("defocus:-50 nm..", -50e-9, None),
        ("defocus:..1.5 µm", None, 1.5e-6),
        ("dwell_time: 2 us .. 10 us", 2e-6, 10e-6),
        ("magnification:1e4..2e5", 1e4, 2e5),
        ("tilt_alpha:-10°..10°", -0.17453, 0.17453),
        ("defocus:1 nm..1 nm", 1e-9, 1e-9),
        ("acceleration_voltage:80-200 kV", 80e3, 200e3),
        ("acceleration_voltage:> 80 kV", 80e3, None),
    ],
)
def test_ends_of_a_range_have_units_of_their_own(said, low, high):
    (condition,) = read_search({"where": [said]}).conditions
    for read, wanted in ((condition.low, low), (condition.high, high)):
        assert read == (None if wanted is None else pytest.approx(wanted, rel=1e-4))


@pytest.mark.parametrize(
    ("said", "subject", "words"),
    [
        ({"level": ["planets"]}, "level", "experiments, measurements"),
        ({"where": ["color:red"]}, "where", "no key 'color'"),
        ({"where": ["acceleration_voltage:200..300"]}, "where acceleration_voltage", "no unit"),
        ({"where": ["acceleration_voltage:2 nm.."]}, "where acceleration_voltage", "nm"),
        ({"where": ["acceleration_voltage:300 kV..2 kV"]}, "where acceleration_voltage", "Swap"),
        ({"where": ["acceleration_voltage:fast"]}, "where acceleration_voltage", "80 kV to 200 kV"),
        ({"where": ["acceleration_voltage:.."]}, "where acceleration_voltage", "says nothing"),
        ({"where": ["acceleration_voltage:1e999 V.."]}, "where acceleration_voltage", "too large"),
        ({"where": ["acceleration_voltage:..-1e999 V"]}, "where acceleration_voltage", "too large"),
        ({"where": ["detector:"]}, "where detector", "says nothing"),
        ({"where": ["detector"]}, "where detector", "says nothing"),
        ({"where": ["detector:a"] * 13}, "where", "at most 12"),
        ({"q": ["x" * 201]}, "q", "200"),
        ({"q": ["x " * 13]}, "q", "at most 12"),
        ({"q": ["a", "b"]}, "q", "more than once"),
        ({"q": ["nul \x00"]}, "q", "no text"),
        ({"element": ["half \ud800"]}, "element", "no text"),
        ({"element": [str(n) for n in range(51)]}, "element", "at most 50"),
        ({"since": ["yesterday"]}, "since", "2026-01-22"),
        ({"columns": ["color"]}, "columns", "no key"),
        ({"sort": ["defocus"]}, "sort", "date, title, size"),
        ({"sort": ["--date"]}, "sort", "date, title, size"),
    ],
)
def test_what_cannot_be_says_which_and_what_can(said, subject, words):
    with pytest.raises(BadCall) as refused:
        read_search(said)
    assert refused.value.subject == subject
    assert words in f"{refused.value.message} {refused.value.remedy}"
    assert refused.value.remedy
