"""Which files are converted where some are set aside."""

from __future__ import annotations

import pytest

from emfair.model.annotations import Annotations
from emfair.model.findings import Severity, Verdict, verdict_of
from emfair.nxem.aside import to_convert


def left(names: list[str], *aside: str) -> list[str]:
    """Return what is read of `names`, with those that are set aside said to be."""
    notes = {"files": {name: {"set_aside": "cut off"} for name in aside}}
    bundles, findings = to_convert(names, Annotations.model_validate(notes))
    assert [one.file for one in findings] == sorted(aside)
    return [" ".join((one.primary, *one.companions)) for one in bundles]


def test_a_file_that_is_set_aside_is_not_converted_and_makes_nothing_invalid():
    notes = Annotations.model_validate({"files": {"a.dm4": {"set_aside": "cut off"}}})
    bundles, (finding,) = to_convert(["a.dm4", "b.dm4"], notes)
    assert [one.primary for one in bundles] == ["b.dm4"]
    assert finding.told == "a.dm4: is set aside: cut off"
    assert (finding.rule, finding.severity) == ("set-aside", Severity.NOTE)
    assert verdict_of([finding]) is Verdict.VALID


@pytest.mark.parametrize(
    ("names", "aside", "read"),
    [
        (["a.rpl", "a.raw", "b.dm4"], "a.rpl", ["b.dm4"]),
        (["a.emi", "a_1.ser", "a_2.ser"], "a.emi", ["a_1.ser", "a_2.ser"]),
        (["a.emi", "a_1.ser", "a_2.ser"], "a_2.ser", ["a.emi a_1.ser"]),
        (["x.zspy/.zgroup", "x.zspy/0.0", "b.dm4"], "x.zspy", ["b.dm4"]),
        (["a.xml", "b.xml", "scan_x8_y8.raw"], "a.xml", ["b.xml scan_x8_y8.raw"]),
    ],
    ids=["needed", "measurements", "one-of-several", "folder", "shared"],
)
def test_with_a_file_go_those_that_are_nothing_without_it(names, aside, read):
    assert left(names, aside) == read


def test_nothing_is_set_aside_where_nobody_says_so():
    assert left(["a.dm4", "a.emi", "a_1.ser"]) == ["a.dm4", "a.emi a_1.ser"]
