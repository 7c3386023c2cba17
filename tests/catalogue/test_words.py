"""Words that are looked for, phrases, and what is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.catalogue.words import Term, terms_of


@pytest.mark.parametrize(
    ("words", "wanted", "left_out"),
    [
        ("", [], []),
        ("EELS map", ["EELS", "map"], []),
        ('"EELS map" gold', ["EELS map", "gold"], []),
        ('gold "EELS  map"', ["gold", "EELS map"], []),
        ("„EELS map“ «in situ»", ["EELS map", "in situ"], []),
        ("-EDS map", ["map"], ["EDS"]),
        ("−EDS", [], ["EDS"]),
        ('-"EELS map"', [], ["EELS map"]),
        ('"-5"', ["-5"], []),
        ("HAADF-STEM - x", ["HAADF-STEM", "-", "x"], []),
        ('5" disc', ['5"', "disc"], []),
        ('"EELS map', ['"EELS', "map"], []),
        ("O'Brien 'a b'", ["O'Brien", "'a", "b'"], []),
        ('"" " " -""', [], []),
    ],
)
def test_words_are_read_as_they_are_typed(words, wanted, left_out):
    terms = terms_of(words)
    assert [term.text for term in terms if term.wanted] == wanted
    assert [term.text for term in terms if not term.wanted] == left_out


@given(st.text())
def test_no_term_is_empty_and_without_quotes_and_minus_all_words_are(words):
    assert all(term.text.strip() for term in terms_of(words))
    bare = "".join(letter for letter in words if letter not in '"“”„‟«»-−')
    assert terms_of(bare) == tuple(Term(word) for word in bare.split())
