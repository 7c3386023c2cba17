"""What is missing, and what the file tells of it nevertheless."""

from __future__ import annotations

import pytest

from emfair.model.annotations import Annotations
from emfair.model.findings import Finding, Severity
from emfair.nxem.annotations import parse_annotations
from emfair.nxem.doubts import doubts
from emfair.nxem.facts import facts_of
from emfair.nxem.nearly import nearly_told
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Signal

MISSING = Finding(
    severity=Severity.MISSING,
    rule="missing-required-field",
    message="Start of the acquisition: required, but not given.",
    hint="Fill in start_time in the annotations, e.g. 2026-01-22T12:14:12+01:00.",
    field="start_time",
)
OTHER = MISSING.model_copy(update={"field": "sample.atom_types"})


def fei(day: str, clock: str = "05:06:40 PM") -> Signal:
    tags = {"fei_metadata": {"User": {"Date": day, "Time": clock}}}
    return Signal(0, "", "TIFF", None, (), {}, tags)


def zone(name: str) -> Annotations:
    return parse_annotations({"instrument": {"time_zone": name}})


@pytest.mark.usefixtures("closed_at_once")
def test_a_real_sems_local_time_is_told_and_its_zone_asked_for(sem_tiffs):
    signal = read_signals(sem_tiffs / "FEI-Helios-Ebeam-8bits.tif")[0]
    told, other = nearly_told([MISSING, OTHER], facts_of(signal, "a", Annotations()))
    assert other == OTHER
    assert (told.severity, told.field) == (Severity.MISSING, "instrument.time_zone")
    assert told.message == (
        "Start of the acquisition: the file tells it in local time, of a zone that is not known."
    )
    assert told.hint == (
        "The file tells 2016-06-13 17:06:40 (local time) at the tag "
        "“fei_metadata/PrivateFei/TimeOfCreation”. Choose instrument.time_zone, which counts for "
        "all files of the instrument; or fill in start_time with its offset (+01:00)."
    )


def test_a_date_of_two_readings_is_told_with_both():
    facts = facts_of(fei("03/04/2016"), "a", Annotations())
    (told,) = nearly_told([MISSING], facts)
    assert told.field == "start_time"
    assert told.message.endswith("the file tells a date that can be read in two ways.")
    assert "“03/04/2016 05:06:40 PM”" in told.hint
    assert "2016-03-04 17:06:40 or 2016-04-03 17:06:40." in told.hint
    (doubt,) = doubts(facts, "a")
    assert (doubt.rule, doubt.severity) == ("ambiguous-date", Severity.RECOMMENDED)
    assert (nearly_told([MISSING], facts_of(fei("03/04/2016"), "a", zone("Europe/Rome")))) == (
        told,
    )


def test_an_hour_that_the_zone_shows_twice_is_asked_for_with_its_offset():
    facts = facts_of(fei("10/30/2016", "02:30:00 AM"), "a", zone("Europe/Rome"))
    (told,) = nearly_told([MISSING], facts)
    assert told.field == "start_time"
    assert told.hint.endswith("Fill in start_time with its offset (+01:00).")


def test_what_nothing_tells_stays_as_it_is():
    blank = Signal(0, "", "TIFF", None, (), {}, {})
    assert nearly_told([MISSING], facts_of(blank, "a", Annotations())) == (MISSING,)
