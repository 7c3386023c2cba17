"""A moment told twice, with a zone and without, is told once."""

from pathlib import Path

import pytest

from emfair.model.annotations import Annotations
from emfair.model.facts import OF_FILES, Fact, Source
from emfair.nxem.annotations import parse_annotations
from emfair.nxem.clocks import NO_ZONE, REPEATED, is_helped_by_a_zone, unzoned, without_repeats
from emfair.nxem.facts import facts_of, used
from emfair.nxem.tag_report import tag_report
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Signal
from tests.nxem.saved import saved

ZONED = "2025-07-03T13:17:19.304944+00:00"


def start(text: str, source: Source = Source.VENDOR, key: str = "start_time") -> Fact:
    warning = "" if text.endswith(":00+00:00") or "+" in text[19:] else NO_ZONE
    return Fact(key=key, value_text=text, source=source, warning=warning)


@pytest.mark.parametrize(
    ("zoned", "local", "kept"),
    [
        (ZONED, "2025-07-03T13:17:19.304944", False),
        (ZONED, "2025-07-03T13:17:19", False),  # without its fraction
        (ZONED, "2025-07-03T15:17:19.304944", False),  # as a clock in Delft showed it
        ("2025-07-03T15:17:19+02:00", "2025-07-03T15:17:19", False),
        ("2025-07-03T20:00:00+00:00", "2025-07-04T01:45:00", False),  # Kathmandu
        ("2025-07-03T20:00:00+00:00", "2025-07-03T10:30:00", False),  # the Marquesas
        (ZONED, "2025-07-03T13:18:19", True),
        (ZONED, "2025-07-03T13:47:10", True),
        ("2025-07-03T20:00:00+00:00", "2025-07-04T11:00:00", True),
        ("2025-07-03T20:00:00+00:00", "2025-07-03", True),
    ],
)
def test_a_local_clock_that_agrees_is_replaced(zoned, local, kept):
    facts = [start(zoned), start(local)]
    wanted = facts if kept else [facts[0], facts[1].model_copy(update=REPEATED)]
    assert without_repeats(facts) == wanted
    assert without_repeats(facts[::-1]) == wanted[::-1]


def test_only_the_files_own_times_of_one_key_are_compared():
    local = start("2025-07-03T13:17:19.304944")
    for other in (start(ZONED, Source.FORM), start(ZONED, key="end_time")):
        assert without_repeats([other, local]) == [other, local]


def test_a_local_time_that_stands_alone_is_kept():
    facts = [start("2025-07-03T13:17:19"), start("2025-07-03T13:17:19")]
    assert without_repeats(facts) == facts


def test_a_file_that_tells_its_start_twice_has_it_once_and_keeps_both():
    general = {"date": "2025-07-03", "time": "13:17:19.304944"}
    tags = {"AcquisitionDate": 1751548639.304944}
    signal = Signal(0, "", "Delmic", None, (), {"General": general}, tags)
    times = [fact for fact in facts_of(signal, "a", Annotations()) if fact.key == "start_time"]
    assert [fact.value_text for fact in times if not fact.replaced_by] == [ZONED]
    (other,) = [fact for fact in times if fact.replaced_by]
    assert (other.warning, other.reason) == ("", "says the same without its zone")
    assert tag_report(signal, times).mapped == 1


def fei(when: str) -> Signal:
    """Return what a reader makes of a file that tells its local time, and no zone."""
    date, time = when.split("T")
    return Signal(0, "", "FEI", None, (), {"General": {"date": date, "time": time}}, {})


def in_zone(when: str, zone: str) -> dict[str, Fact]:
    notes = parse_annotations({"instrument": {"time_zone": zone}})
    return used(facts_of(fei(when), "a", notes))


def test_the_zone_of_the_clock_tells_what_a_local_time_was():
    summer, winter = (
        in_zone(when, "Europe/Rome")["start_time"]
        for when in ("2025-07-03T13:17:19", "2025-01-03T13:17:19")
    )
    assert summer.value_text == "2025-07-03T13:17:19+02:00"
    assert winter.value_text == "2025-01-03T13:17:19+01:00"
    assert (summer.source, summer.raw) == (Source.DERIVED, "2025-07-03 13:17:19")
    assert summer.reason == "its clock is in Europe/Rome (instrument.time_zone)"


def test_what_was_read_is_kept_beside_what_it_was_taken_for():
    notes = parse_annotations({"instrument": {"time_zone": "Asia/Tokyo"}})
    facts = facts_of(fei("2025-07-03T13:17:19"), "a", notes)
    read, derived = [fact for fact in facts if fact.key == "start_time"]
    assert (read.source, derived.source) == (Source.VENDOR, Source.DERIVED)
    assert (read.value_text, read.warning) == ("2025-07-03T13:17:19", "")
    assert read.replaced_by == "derived"


@pytest.mark.parametrize("when", ["2025-10-26T02:30:00", "2025-03-30T02:30:00"])
def test_an_hour_that_is_shown_twice_or_never_says_nothing_certain(when):
    assert "start_time" not in in_zone(when, "Europe/Rome")
    assert "start_time" in in_zone(when, "UTC")


def test_a_day_alone_is_no_time_of_a_clock():
    signal = Signal(0, "", "FEI", None, (), {"General": {"date": "2025-07-03"}}, {})
    notes = parse_annotations({"instrument": {"time_zone": "Europe/Rome"}})
    facts = [fact for fact in facts_of(signal, "a", notes) if fact.key == "start_time"]
    assert [fact.value_text for fact in facts] == ["2025-07-03"]
    assert "start_time" not in used(facts)


ZONES = ("UTC", "CET", "Europe/Rome", "W. Europe Standard Time")
"""Names of the zone of the machine that saved a file, or that reads it."""


@pytest.mark.filterwarnings("ignore:The NestedDirectoryStore is deprecated:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning")
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("ending", ["hspy", "zspy"])
def test_the_name_of_a_zone_that_a_file_stores_is_not_its_clocks(tmp_path, ending, zone):
    notes = parse_annotations({"instrument": {"time_zone": "Asia/Tokyo"}})
    (signal,) = read_signals(Path(saved(tmp_path / f"a.{ending}", zone)))
    found = used(facts_of(signal, "a", notes))["start_time"]
    assert (found.value_text, found.source) == ("2025-07-03T13:17:19+09:00", Source.DERIVED)
    assert found.raw == "2025-07-03 13:17:19"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("reader", ["HSPY", "ZSPY", "Phenom"])
def test_without_the_zone_of_the_instrument_a_name_says_nothing_certain(reader, zone):
    general = {"date": "2025-07-03", "time": "13:17:19", "time_zone": zone}
    signal = Signal(0, "", reader, None, (), {"General": general}, {})
    (fact,) = [one for one in facts_of(signal, "a", Annotations()) if one.key == "start_time"]
    assert (fact.value_text, fact.warning) == ("2025-07-03T13:17:19", NO_ZONE)
    assert zone not in fact.model_dump_json()


@pytest.mark.parametrize("zone", ["+0100", "+01:00"])
def test_an_offset_that_a_file_says_is_its_own(zone):
    general = {"date": "2025-07-03", "time": "13:17:19", "time_zone": zone}
    signal = Signal(0, "", "HSPY", None, (), {"General": general}, {})
    notes = parse_annotations({"instrument": {"time_zone": "Asia/Tokyo"}})
    found = used(facts_of(signal, "a", notes))["start_time"]
    assert (found.value_text, found.source) == ("2025-07-03T13:17:19+01:00", Source.VENDOR)


def test_a_clock_that_shows_no_colons_shows_a_time():
    assert in_zone("2025-07-03T131719", "Europe/Rome")["start_time"].value_text == (
        "2025-07-03T13:17:19+02:00"
    )


def test_an_old_time_is_no_more_possible_in_a_zone():
    assert "start_time" not in in_zone("1970-01-01T00:00:00", "Europe/Rome")


def test_a_file_that_knows_its_zone_needs_no_clocks():
    general = {"date": "2025-07-03", "time": "13:17:19.304944"}
    tags = {"AcquisitionDate": 1751548639.304944}
    signal = Signal(0, "", "Delmic", None, (), {"General": general}, tags)
    notes = parse_annotations({"instrument": {"time_zone": "Asia/Tokyo"}})
    assert used(facts_of(signal, "a", notes))["start_time"].value_text == ZONED


def test_what_was_taken_in_a_zone_is_again_what_was_read():
    notes = parse_annotations({"instrument": {"time_zone": "Asia/Tokyo"}})
    taken = [fact for fact in facts_of(fei("2025-07-03T13:17:19"), "a", notes)
             if fact.source in OF_FILES]  # fmt: skip
    assert "start_time" in used(taken)
    assert unzoned(taken) == facts_of(fei("2025-07-03T13:17:19"), "a", Annotations())


@pytest.mark.parametrize(
    ("signal", "said", "helped"),
    [
        (fei("2025-07-03T13:17:19"), {}, True),
        (fei("2025-07-03T13:17:19"), {"start_time": "2025-07-03T13:17:19Z"}, False),
        (fei("2025-10-26T02:30:00"), {"instrument": {"time_zone": "Europe/Rome"}}, False),
        (Signal(0, "", "FEI", None, (), {"General": {"date": "2025-07-03"}}, {}), {}, False),
        (Signal(0, "", "FEI", None, (), {}, {}), {}, False),
    ],
)
def test_a_zone_helps_where_nothing_else_tells_the_moment(signal, said, helped):
    facts = facts_of(signal, "a", parse_annotations(said))
    assert is_helped_by_a_zone(facts) is helped
