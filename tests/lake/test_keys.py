"""Which keys each kind of lake takes, and how it lists them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emfair.errors import BadName, EmfairError
from emfair.lake.base import ObjectInfo
from emfair.model.paths import lake_path

TRAVERSALS = [
    "", "/", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "a//b", "a/", "./a", "a/./b",
    "a\0b", "\ud800", ".tmp", ".tmp/x", "a/" + "b" * 256, "/".join(["abcdefg"] * 129),
]  # fmt: skip


def test_the_order_is_that_of_whole_keys(lake):
    keys = ["a", "a-b", "a.b", "a/b", "a/b.c", "a0", "b/c/d", "b/c-d", "é", "z", "𝔸", "Ａ"]
    keys.remove("a")  # a folder too: no file system holds both
    for key in keys:
        lake.put_bytes(key, key.encode())
    expected = sorted(keys, key=str.encode)
    assert list(lake.list("")) == [ObjectInfo(key, len(key.encode())) for key in expected]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("a", ["a/b1", "a/b2/c", "a/d", "ab"]),
        ("a/", ["a/b1", "a/b2/c", "a/d"]),
        ("a/b", ["a/b1", "a/b2/c"]),
        ("a/b2", ["a/b2/c"]),
        ("a/b2/", ["a/b2/c"]),
        ("a/b2/c", ["a/b2/c"]),
        ("a/b2/c/", []),
        ("x/y/", []),
        ("ab", ["ab"]),
    ],
)
def test_a_prefix_may_end_within_a_segment(lake, prefix, expected, keys):
    for key in ["a/b1", "a/b2/c", "a/d", "ab", "c"]:
        lake.put_bytes(key, b"")
    assert keys(prefix) == expected


def test_an_empty_lake_lists_nothing(lake, keys):
    assert keys() == []


@pytest.mark.parametrize("key", TRAVERSALS)
def test_a_key_that_is_no_relative_path_is_refused_everywhere(kind, file, tmp_path, key):
    source, lake = file(b"x"), kind.lake
    calls: list[Callable[[], object]] = [
        lambda: lake.put_file(key, source),
        lambda: lake.put_file(key, source, replace=True),
        lambda: lake.put_bytes(key, b"x"),
        lambda: lake.read_bytes(key),
        lambda: lake.open(key),
        lambda: lake.local_copy(key, tmp_path / "scratch").__enter__(),
        lambda: lake.info(key),
        lambda: lake.delete(key),
        lambda: lake.locate(key),
    ]
    for call in calls:
        with pytest.raises(BadName) as caught:
            call()
        assert caught.value.remedy
    assert kind.leftovers() == []


@pytest.mark.parametrize("prefix", ["/", "../", "a/../", "a//", "./a", "a\0", ".tmp/"])
def test_a_prefix_that_no_key_begins_with_is_refused_at_once(lake, prefix):
    with pytest.raises(BadName):
        lake.list(prefix)


_segments = st.text(min_size=1, max_size=40).filter(lambda text: "/" not in text)


def _key_of(segments: list[str]) -> str | None:
    try:
        key = lake_path("/".join(segments))
    except EmfairError:
        return None
    return None if key.split("/")[0] == ".tmp" else key


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    key=st.lists(_segments, min_size=1, max_size=4).map(_key_of).filter(lambda key: key is not None)
)
def test_every_name_that_may_stand_in_the_lake_comes_back_from_it(lake, key, keys):
    lake.put_bytes(key, key.encode())
    try:
        assert lake.read_bytes(key) == key.encode()
        assert keys() == [key]
        assert keys(key[: len(key) // 2]) == [key]
        assert lake.info(key) == ObjectInfo(key, len(key.encode()))
    finally:
        lake.delete(key)
    assert keys() == []
