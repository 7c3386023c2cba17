"""Metadata as rows: what is told once."""

from __future__ import annotations

from emfair.cli.facts import rows_of, shared
from emfair.model.facts import Fact, Source


def voltage(value: float, tag: str, **more: str) -> Fact:
    return Fact(
        key="acceleration_voltage", value_num=value, unit="V", source=Source.VENDOR,
        source_path=tag, raw=str(value), **more,
    )  # fmt: skip


def test_tags_that_say_the_same_are_one_row_and_are_counted():
    first = voltage(2e5, "HV")
    again = [voltage(2e5, tag, replaced_by="HV", reason="HV comes first") for tag in ("kV", "Beam")]
    other = voltage(3e5, "Old", replaced_by="HV", reason="HV comes first")
    rows = rows_of([*again, other, first])
    assert [(row.value, row.where, row.remark, row.used) for row in rows] == [
        ("200 kV", "HV", "2 more tags say so", True),
        ("300 kV", "Old", "not used: HV comes first", False),
    ]


def test_what_is_in_doubt_is_never_folded():
    odd = voltage(2e5, "kV", replaced_by="HV", warning="impossible value: not used")
    assert [row.remark for row in rows_of([voltage(2e5, "HV"), odd])] == ["", odd.warning]


def test_a_number_is_never_minus_zero():
    tilt = Fact(key="tilt_alpha", value_num=-0.0, unit="rad", source=Source.VENDOR)
    assert rows_of([tilt])[0].value == "0°"


def test_what_all_signals_have_is_told_once_wherever_they_are_counted():
    signals = [
        rows_of([voltage(2e5, f"ImageList/TagGroup{n}/HV"), voltage(n, f"TagGroup{n}/Own")])
        for n in (1, 2)
    ]
    common, own = shared(signals)
    assert [row.where for row in common] == ["ImageList/TagGroup1/HV"]
    assert [[row.where for row in rows] for rows in own] == [["TagGroup1/Own"], ["TagGroup2/Own"]]


def test_one_signal_shares_nothing():
    rows = rows_of([voltage(2e5, "HV")])
    assert shared([rows]) == ([], [rows])
