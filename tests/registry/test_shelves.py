"""What people keep for themselves."""

from __future__ import annotations

import pytest

from emfair.errors import BadCall, TooMuch
from emfair.registry import shelves


def names(registry, subject="ada", kind="search"):
    return [one.name for one in registry.shelves.list(subject, kind)]


def test_each_keeps_their_own_by_kind_and_name(registry):
    registry.shelves.put("ada", "search", "  Gold at 300 kV ", "q=gold")
    registry.shelves.put("ada", "template", "Titan", "{}")
    registry.shelves.put("bob", "search", "金", "q=au")
    (kept,) = registry.shelves.list("ada", "search")
    assert (kept.name, kept.content) == ("Gold at 300 kV", "q=gold")
    assert kept.put_at.tzinfo is not None
    assert names(registry, "bob") == ["金"]


def test_of_the_same_name_the_later_counts(registry):
    registry.shelves.put("ada", "search", "Gold", "q=gold")
    registry.shelves.put("ada", "search", "Gold", "q=au")
    assert registry.shelves.list("ada", "search")[0].content == "q=au"


def test_what_is_removed_is_gone_and_only_that(registry):
    registry.shelves.put("ada", "search", "Gold")
    registry.shelves.put("ada", "search", "Iron")
    registry.shelves.put("bob", "search", "Gold")
    for name in ("  Gold ", "Gold"):
        registry.shelves.remove("ada", "search", name)
    assert names(registry) == ["Iron"]
    assert names(registry, "bob") == ["Gold"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 501, "nul\x00", "half \ud800"])
def test_what_is_no_name_is_refused(registry, name):
    with pytest.raises(BadCall):
        registry.shelves.put("ada", "search", name)
    with pytest.raises(BadCall):
        registry.shelves.remove("ada", "search", name)


@pytest.mark.parametrize("kind", ["search", "template"])
def test_what_cannot_be_seen_as_it_is_is_not_kept(registry, kind):
    for name in ("\u3164", "\u2066\u2069", "\u202edlog"):
        with pytest.raises(BadCall):
            registry.shelves.put("ada", kind, name)
        registry.shelves.remove("ada", kind, name)  # of before
    assert names(registry, kind=kind) == []


def test_a_full_shelf_says_so_and_keeps_what_is_there(registry, monkeypatch):
    monkeypatch.setattr(shelves, "MOST", 2)
    for name in ("a", "b"):
        registry.shelves.put("ada", "search", name)
    with pytest.raises(TooMuch, match="2 are kept already"):
        registry.shelves.put("ada", "search", "c")
    registry.shelves.put("ada", "search", "b", "again")
    assert names(registry) == ["a", "b"]
    with pytest.raises(TooMuch, match="longer"):
        registry.shelves.put("ada", "search", "a", "x" * (shelves.CONTENT_LIMIT + 1))
