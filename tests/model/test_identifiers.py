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
    measurement_id,
    mint_experiment_id,
    slug,
)


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
