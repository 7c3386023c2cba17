"""A moment told twice, with a zone and without, is told once."""

import pytest

from emfair.model.annotations import Annotations
from emfair.model.facts import Fact, Source
from emfair.nxem.clocks import REPEATED, without_repeats
from emfair.nxem.facts import NO_ZONE, facts_of
from emfair.nxem.tag_report import tag_report
from emfair.vendor.signal import Signal

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
    assert without_repeats(facts, NO_ZONE) == wanted
    assert without_repeats(facts[::-1], NO_ZONE) == wanted[::-1]


def test_only_the_files_own_times_of_one_key_are_compared():
    local = start("2025-07-03T13:17:19.304944")
    for other in (start(ZONED, Source.FORM), start(ZONED, key="end_time")):
        assert without_repeats([other, local], NO_ZONE) == [other, local]


def test_a_local_time_that_stands_alone_is_kept():
    facts = [start("2025-07-03T13:17:19"), start("2025-07-03T13:17:19")]
    assert without_repeats(facts, NO_ZONE) == facts


def test_a_file_that_tells_its_start_twice_has_it_once_and_keeps_both():
    general = {"date": "2025-07-03", "time": "13:17:19.304944"}
    tags = {"AcquisitionDate": 1751548639.304944}
    signal = Signal(0, "", "Delmic", None, (), {"General": general}, tags)
    times = [fact for fact in facts_of(signal, "a", Annotations()) if fact.key == "start_time"]
    assert [fact.value_text for fact in times if not fact.replaced_by] == [ZONED]
    (other,) = [fact for fact in times if fact.replaced_by]
    assert (other.warning, other.reason) == ("", "says the same without its zone")
    assert tag_report(signal, times).mapped == 1
