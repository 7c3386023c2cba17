"""A card while it is edited: read, and mended when someone else was faster."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.errors import BadCall
from emfair.model.nouns import InstrumentCard, PersonCard, ProjectCard
from emfair.service.form import value_at
from emfair.service.nouns.edits import document_of, overtaken, read_card, titled

FIELDS = ("a", "b.c", "b.d", "e")
documents = st.fixed_dictionaries(
    {}, optional={"a": st.integers(0, 2), "e": st.lists(st.integers(0, 1), max_size=2)}
).flatmap(
    lambda top: st.fixed_dictionaries(
        {}, optional={"c": st.integers(0, 2), "d": st.integers(0, 2)}
    ).map(lambda inner: top | ({"b": inner} if inner else {}))
)


def test_a_card_is_read_from_what_was_typed_or_its_mistakes_are_told():
    card, mistakes = read_card(PersonCard, {"name": " Ada ", "email": "ada@lab.test"})
    assert card == PersonCard(name="Ada", email="ada@lab.test")
    assert mistakes == ()
    card, mistakes = read_card(PersonCard, {"email": "ada", "x": 1})
    assert card is None
    assert {one.field for one in mistakes} == {"name", "email", "x"}
    assert "must look like ada@example.org (given: 'ada')." in {one.message for one in mistakes}


def test_a_mistake_of_the_whole_card_names_no_field():
    card, (mistake,) = read_card(InstrumentCard, {"title": "T", "identifier": "21.1/x"})
    assert card is None
    assert mistake.field == ""
    assert "come together" in mistake.message


@pytest.mark.parametrize("title", ["", " ", "x" * 501])
def test_a_title_that_is_none_is_a_wrong_call(title):
    with pytest.raises(BadCall) as told:
        titled(ProjectCard, title)
    assert told.value.subject == "title"


def test_a_document_without_what_nobody_said_means_the_same_card():
    card = PersonCard(name="Ada", affiliation="EM Centre")
    assert document_of(card) == {"name": "Ada", "affiliation": "EM Centre"}
    assert read_card(PersonCard, document_of(card)) == (card, ())


@given(documents, documents, documents)
def test_ones_own_changes_stay_and_theirs_are_taken_over_and_told(opened, mine, theirs):
    left = overtaken(FIELDS, opened, mine, theirs)
    for name in FIELDS:
        was, now, other = (value_at(one, name) for one in (opened, mine, theirs))
        stands = value_at(left.document, name)
        assert stands == (now if now != was else other)
        assert (name in left.theirs) == (other not in (was, now))


@given(documents, documents)
def test_who_has_changed_nothing_gets_theirs(opened, theirs):
    left = overtaken(FIELDS, opened, opened, theirs)
    assert all(value_at(left.document, name) == value_at(theirs, name) for name in FIELDS)
