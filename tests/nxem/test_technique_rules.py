"""The table of techniques agrees with the keys, the readers and itself."""

from emfair.nxem.keys import keys
from emfair.nxem.technique_rules import TELLS, technique_rules
from emfair.vendor.plugins import plugins


def test_every_technique_is_a_word_of_the_key_and_every_word_is_told():
    told = {rule.technique for rule in technique_rules().techniques}
    assert told == set(keys()["technique"].words)


def test_hints_tell_known_things_in_known_words():
    for hint in technique_rules().hints:
        assert hint.tells
        for name, value in hint.tells.items():
            assert value in TELLS[name], hint


def test_techniques_ask_only_for_what_a_hint_can_tell():
    told = {item for hint in technique_rules().hints for item in hint.tells.items()}
    for rule in technique_rules().techniques:
        assert rule.needs.items() <= told | {("column", "TEM")}
        assert rule.without.items() <= told


def test_every_reader_named_exists():
    rows = (*technique_rules().hints, *technique_rules().elements)
    assert {name for row in rows for name in row.readers} <= set(plugins())


def test_a_hint_without_a_tag_names_its_formats():
    for hint in technique_rules().hints:
        assert hint.tag or hint.readers


def test_a_hint_of_what_a_key_says_names_a_key_of_words_and_nothing_beside():
    hints = [hint for hint in technique_rules().hints if hint.tree == "facts"]
    assert hints
    for hint in hints:
        assert keys()[hint.tag].kind == "text", hint
        assert not hint.beside, hint
        assert not hint.unless, hint


def test_no_technique_hides_behind_one_that_asks_for_less():
    """Of two rows for the same axes the one that needs more must come first."""
    rules = technique_rules().techniques
    for later, rule in enumerate(rules):
        for earlier in rules[:later]:
            counts = ("length", "reciprocal", "spectral", "rank")
            looser = all(getattr(earlier, count) is None for count in counts)
            assert not (looser and earlier.needs.items() <= rule.needs.items()), rule
