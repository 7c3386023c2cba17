"""Which session a file belongs to: by its folder, and by when it was written."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.client.watch.pattern import Group, Pattern
from emfair.client.watch.rules import Rules, duration
from emfair.client.watch.sessions import Span, session_of
from emfair.errors import BadCall

GROUP = Group("ada")
GAP = 7200.0


@pytest.mark.parametrize(
    ("moment", "session"),
    [(50, 1), (100 + GAP - 1, 1), (100 + GAP, None), (-GAP + 1, 1), (-GAP, None), (20_000, 2)],
)
def test_a_file_belongs_to_the_session_that_was_going_on(moment, session):
    spans = [Span(1, 0, 100, sealed=False), Span(2, 20_000, 20_100, sealed=False)]
    assert session_of(moment, GROUP, spans, GAP) == session


def test_between_two_the_nearer_has_it():
    spans = [Span(1, 0, 100, sealed=False), Span(2, 8000, 9000, sealed=False)]
    assert session_of(3000, GROUP, spans, GAP) == 1
    assert session_of(5000, GROUP, spans, GAP) == 2


def test_a_sealed_session_takes_what_was_written_in_it_and_nothing_later():
    spans = [Span(1, 0, 100, sealed=True)]
    assert session_of(50, GROUP, spans, GAP) == 1
    assert session_of(101, GROUP, spans, GAP) is None
    assert session_of(101, GROUP, [Span(1, 0, 100, sealed=True, mate=True)], GAP) == 1


def test_a_session_takes_no_second_file_of_a_name_that_is_sealed_in_it():
    assert session_of(50, GROUP, [Span(1, 0, 100, sealed=True, has=True)], GAP) is None
    assert session_of(50, GROUP, [Span(1, 0, 100, sealed=True, has=True, mate=True)], GAP) is None


def test_a_folder_that_is_called_a_session_is_one_whatever_the_pauses():
    whole = Group("ada/run1", {"session": "run1"}, whole=True)
    assert session_of(1e9, whole, [Span(1, 0, 100, sealed=True, whole=True)], GAP) == 1


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_files_taken_in_time_order_are_cut_exactly_at_the_gaps(moments):
    spans: list[Span] = []
    for moment in sorted(moments):
        number = session_of(moment, GROUP, spans, GAP)
        if number is None:
            spans.append(Span(len(spans) + 1, moment, moment, sealed=False))
        else:
            old = spans[number - 1]
            spans[number - 1] = Span(number, old.first, moment, sealed=False)
    edges = sorted(moments)
    cuts = sum(b - a >= GAP for a, b in pairwise(edges))
    assert len(spans) == cuts + 1


def test_without_a_pattern_each_folder_in_the_watched_one_is_a_group():
    assert Pattern().group("ada/deep/a.tif") == Group("ada")
    assert Pattern().group("a.tif") == Group("")


def test_a_pattern_reads_what_folders_say():
    found = Pattern("{project}/{proposal}/{sample}/{session}").group("P/2026-A/Si/run 1/x/a.tif")
    words = {"project": "P", "proposal": "2026-A", "sample": "Si", "session": "run 1"}
    assert found == Group("P/2026-A/Si/run 1", words, whole=True)


def test_a_pattern_reads_parts_of_names_and_skips_others():
    found = Pattern("*/{operator}_{sample}").group("2026/Ada_Si wafer/a.tif")
    assert found == Group("2026/Ada_Si wafer", {"operator": "Ada", "sample": "Si wafer"})


def test_what_does_not_fit_a_pattern_says_nothing():
    pattern = Pattern("{project}/{sample}_{session}")
    assert pattern.group("P/odd/a.tif") == Group("P")
    assert pattern.group("a.tif") == Group("")


@pytest.mark.parametrize("text", ["{colour}", "{sample}/{sample}", "a//b", "{}", "/"])
def test_a_pattern_that_means_nothing_is_refused(text):
    with pytest.raises(BadCall):
        Pattern(text)


@pytest.mark.parametrize("text", ["", "ten", "-5", "5 weeks", "1e9", "nan"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(BadCall, match="no length of time"):
        duration(text)


def test_rules_survive_being_kept():
    rules = Rules(settle=5, pattern=Pattern("{project}/{session}"))
    assert Rules.of(rules.plain).plain == rules.plain
