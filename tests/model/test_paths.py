"""File names in the lake: reversible, plain, never outside."""

import unicodedata
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from emfair.errors import BadName
from emfair.model.paths import (
    PATH_LIMIT,
    SEGMENT_LIMIT,
    check_no_collisions,
    given_name,
    lake_path,
)

CHARACTERS = st.characters(exclude_categories=["Cs"])
NAMES = st.lists(st.text(CHARACTERS, min_size=1, max_size=12), min_size=1, max_size=4).map("/".join)
ODD = st.text(st.sampled_from("a.% /\\:*?=é\u0301\0"), min_size=1, max_size=12)


def decoded(path: str) -> str:
    return unquote_to_bytes(path).decode("utf-8", "surrogateescape")


@given(NAMES | ODD)
def test_encoding_is_reversible_and_yields_nothing_that_a_system_refuses(name):
    try:
        path = lake_path(name)
    except BadName:
        assume(False)
    assert decoded(path) == unicodedata.normalize("NFC", name)
    assert not set(path) & set('\\:*?"<>|=\x7f')
    assert not any(ord(char) < 32 for char in path)
    for segment in path.split("/"):
        assert segment not in ("", ".", "..")
        assert segment.strip() == segment or not segment.isascii()
        assert not segment.endswith((".", " "))
        assert not segment.startswith(" ")


@given(st.text(max_size=12).map(lambda text: f"a/{text}/../b"))
def test_no_way_leads_upwards(name):
    with pytest.raises(BadName):
        lake_path(name)


@pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", ".", "..", "a/..", "./a", "../../etc"])
def test_a_path_that_is_not_plainly_relative_is_refused(name):
    with pytest.raises(BadName, match="relative"):
        lake_path(name)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("scan 1.dm4", "scan 1.dm4"),
        ("a=b.tif", "a%3Db.tif"),
        ("100%.tif", "100%25.tif"),
        ("a:b\\c", "a%3Ab%5Cc"),
        ("e\u0301.dm4", "é.dm4"),
        (" x. ", "%20x.%20"),
        ("a.", "a%2E"),
        (".hidden", ".hidden"),
        ("\udcff.dm4", "%FF.dm4"),
    ],
)
def test_a_name_is_encoded_no_more_than_needed(name, path):
    assert lake_path(name) == path
    assert decoded(path) == unicodedata.normalize("NFC", name)


def test_half_of_a_character_is_refused():
    with pytest.raises(BadName, match="half of a character"):
        lake_path("\ud800.dm4")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_people_read_the_name_as_it_was_given(name):
    assume(name not in (".", "..") and "/" not in name)
    assert given_name(lake_path(name)) == unicodedata.normalize("NFC", name)


def test_lengths_are_bounded_in_bytes_as_encoded():
    assert lake_path("a" * SEGMENT_LIMIT)
    for name in ("a" * (SEGMENT_LIMIT + 1), "é" * 101, "?" * 67, "/".join(["a" * 99] * 8)):
        with pytest.raises(BadName, match="too long"):
            lake_path(name)
    assert len(lake_path("/".join(["a" * 99] * 7)).encode()) <= PATH_LIMIT


def collide(*names):
    try:
        check_no_collisions(names)
    except BadName:
        return True
    return False


@pytest.mark.parametrize(
    "names",
    [("a.tif", "A.tif"), ("é", "e\u0301"), ("d", "d/a"), ("D/a", "d"), ("a", "a"), ("ß", "SS")],
)
def test_names_that_fall_on_one_another_are_refused(names):
    assert collide(*names)
    assert collide(*reversed(names))


def test_names_that_differ_are_let_through():
    names = ("a", "b/a", "b/c", "bb", "a.b", "a%2Eb")
    assert not collide(*names)
    assert all(collide(*names, again) for again in names)
