"""Files in spans: all of them, once, in order; a file that has changed is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emfair.client.spans import BLOCK, Span, check_size, spans
from emfair.errors import BadCall, FixityMismatch


@settings(deadline=None)  # the machine may be busy
@given(st.integers(0, 10_000), st.integers(1, 500))
def test_spans_are_the_file_from_its_beginning_to_its_end(size, each):
    made = spans(Path("a"), "a", size, each)
    assert [span.number for span in made] == list(range(1, len(made) + 1))
    assert sum(span.size for span in made) == size
    assert all(span.start == (span.number - 1) * each for span in made)
    assert all(span.size == each for span in made[:-1])
    assert len(made) == max(1, -(-size // each))


def test_a_span_is_read_in_small_blocks_and_anew_each_time(tmp_path):
    content = os.urandom(3 * BLOCK + 7)
    (tmp_path / "a").write_bytes(content)
    span = Span(tmp_path / "a", "a", 2, 5, 2 * BLOCK)
    for _ in range(2):
        blocks = list(span.blocks())
        assert b"".join(blocks) == content[5 : 5 + 2 * BLOCK]
        assert max(map(len, blocks)) <= BLOCK


def test_a_file_that_ends_too_early_has_changed(tmp_path):
    (tmp_path / "a").write_bytes(b"short")
    with pytest.raises(FixityMismatch, match=r"s/a: the file has changed.*shorter"):
        list(Span(tmp_path / "a", "s/a", 1, 0, 6).blocks())


def test_a_file_of_another_size_has_changed(tmp_path):
    (tmp_path / "a").write_bytes(b"short")
    check_size(tmp_path / "a", "a", 5)
    with pytest.raises(FixityMismatch, match="5 bytes, not 4"):
        check_size(tmp_path / "a", "a", 4)


def test_a_file_that_is_gone_is_a_wrong_call(tmp_path):
    with pytest.raises(BadCall, match="a: cannot be read"):
        list(Span(tmp_path / "a", "a", 1, 0, 6).blocks())
    with pytest.raises(BadCall, match="a: cannot be read"):
        check_size(tmp_path / "a", "a", 4)
