"""Identifiers: short, plain, never ambiguous."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from emfair.errors import BadName
from emfair.model.identifiers import (
    LIMIT,
    PATTERN,
    Identifier,
    check_identifier,
    identifier_of,
    measurement_id,
    mint_experiment_id,
    normalised,
    slug,
)

TITLES = st.text(max_size=60) | st.text("aAbB1 -_+/.,αβ²é項", max_size=12)
"""What people type, and what differs by little."""


@pytest.mark.parametrize("text", ["a", "7", "quartz-2", "a" * 40, "a--b"])
def test_an_identifier_is_returned_as_it_is(text):
    assert check_identifier(text) == text
    assert TypeAdapter(Identifier).validate_python(text) == text


@pytest.mark.parametrize(
    "text", ["", "-a", "a-", "A", "a_b", "a/b", "..", "a" * 41, "é", "a\n", "٣"]
)
def test_anything_else_is_refused(text):
    with pytest.raises(BadName):
        check_identifier(text)
    with pytest.raises(ValidationError):
        TypeAdapter(Identifier).validate_python(text)


@given(st.text(max_size=80), st.integers(1, LIMIT))
def test_a_slug_is_an_identifier_or_a_refusal(text, limit):
    try:
        found = slug(text, limit)
    except BadName:
        return
    assert PATTERN.fullmatch(found)
    assert len(found) <= limit
    assert slug(found, limit) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("Quartz, 2nd", "quartz-2nd"), ("Müller", "muller"), ("  --x-- ", "x"), ("a" * 60, "a" * 40)],
)
def test_a_slug_is_what_a_person_would_expect(text, found):
    assert slug(text) == found


@pytest.mark.parametrize("text", ["", "???", "視野"])
def test_of_nothing_latin_no_slug_is_made(text):
    with pytest.raises(BadName):
        slug(text)


@given(TITLES)
def test_every_title_gives_an_identifier_which_gives_itself(title):
    found = check_identifier(identifier_of(title, "sample"))
    assert identifier_of(found, "sample") == found


@given(TITLES, TITLES)
def test_titles_that_differ_never_share_an_identifier(one, other):
    same = words(one) == words(other)
    assert (identifier_of(one, "sample") == identifier_of(other, "sample")) is same


@given(st.text("abc ", min_size=45, max_size=60), st.text("abc ", min_size=1, max_size=9))
def test_titles_that_differ_after_their_first_forty_characters_share_none(head, tail):
    differ = words(head) != words(head + tail)
    assert (identifier_of(head, "sample") != identifier_of(head + tail, "sample")) is differ


@given(TITLES)
def test_case_and_blanks_around_and_between_tell_no_two_titles_apart(title):
    wider = f"  {'   '.join(normalised(title).upper().split(' '))} "
    if normalised(wider) == normalised(title):  # a few letters have no way back from upper case
        assert identifier_of(wider, "sample") == identifier_of(title, "sample")


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Quartz interfaces", "quartz-interfaces"),
        ("2026-A", "2026-a"),
        ("Lamella_1", "lamella-1"),
        ("Grid 3 - lamella 1", "grid-3-lamella-1"),
        ("Fe₂O₃", "fe2o3"),
        ("a--b", "a--b"),
    ],
)
def test_a_title_of_words_gives_what_a_person_would_expect(title, found):
    assert identifier_of(title, "sample") == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("α-Fe", "β-Fe"),
        ("Si/C", "Si C"),
        ("S1+", "S1-"),
        ("S1-", "S1"),
        ("T -5", "T 5"),
        ("1.5", "1 5"),
        ("Müller", "Muller"),
        ("x" * 40 + " a", "x" * 40 + " b"),
        ("项目一", "项目二"),
    ],
)
def test_what_is_lost_on_the_way_is_told_by_a_digest(one, other):
    assert identifier_of(one, "sample") != identifier_of(other, "sample")


def test_of_a_title_without_latin_letters_the_noun_and_the_digest_are_left():
    assert re.fullmatch(r"p-[0-9a-f]{10}", identifier_of("项目", "project"))
    assert re.fullmatch(r"fe-[0-9a-f]{10}", identifier_of("α-Fe", "sample"))


def words(title):
    """Return what tells two titles apart: not how words are joined, nor their case."""
    parts = re.split(r"(?<=[a-z0-9])(?:[-_ ]| - | _ )(?=[a-z0-9])", normalised(title))
    return tuple(parts)


def test_an_experiments_identifier_holds_its_day_and_no_look_alikes():
    when = datetime(2026, 1, 22, tzinfo=UTC)
    minted = {mint_experiment_id(when) for _ in range(200)}
    assert len(minted) == 200
    for one in minted:
        assert re.fullmatch(r"e-20260122-[a-hjkmnp-tv-z2-9]{8}", one)
        check_identifier(one)


@given(st.text(max_size=100), st.integers(0, 10**6))
def test_a_measurements_identifier_is_one_and_depends_on_file_content_and_place(path, index):
    path = path.encode("utf-8", "ignore").decode()
    found = measurement_id(path, "0" * 64, index)
    check_identifier(found)
    assert found == measurement_id(path, "0" * 64, index)
    assert found != measurement_id(path, "0" * 64, index + 1)
    assert found != measurement_id(path, "1" * 64, index)
    assert found != measurement_id(path + "x", "0" * 64, index)
