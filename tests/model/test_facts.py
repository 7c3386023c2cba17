"""Facts and their sources."""

from emfair.model.facts import LEFT_OVER, Fact, Source
from emfair.vendor.mapping import vendor_facts
from emfair.vendor.read import read_signals


def test_people_come_before_profiles_and_what_is_derived_comes_last():
    ranks = {source: source.rank for source in Source}
    assert ranks[Source.FORM] == 0
    assert max(ranks, key=lambda source: ranks[source]) is Source.DERIVED
    assert ranks[Source.PROFILE] < ranks[Source.CALENDAR] < ranks[Source.VENDOR]


def test_a_tag_that_microscopes_keep_between_sessions_is_left_over(corpus):
    signal = read_signals(corpus / "dm3_2D_data" / "multi_signal.dm3")[0]
    left = {fact.key: fact.value_text for fact in vendor_facts(signal, {}) if fact.left_over}
    assert left == {"operator": "JohnDoe", "sample_name": "PrecipitateA"}


def test_only_that_warning_makes_it_so():
    fact = Fact(key="operator", source=Source.VENDOR, warning="impossible value: not used")
    assert not fact.left_over
    assert fact.model_copy(update={"warning": LEFT_OVER}).left_over
