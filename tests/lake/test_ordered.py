"""An object is proved while its parts arrive, in whatever order they do."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from emfair.lake import ordered
from emfair.lake.ordered import Digests
from emfair.lake.uploads import Upload

CONTENT = random.Random(1).randbytes(1000)  # noqa: S311  bytes, not a secret
PARTS = Upload("key", "id", len(CONTENT), 90)
WHOLE = sha256(CONTENT).hexdigest()


def data_in(folder: Path) -> Path:
    path = folder / "data"
    path.write_bytes(CONTENT)
    return path


@given(order=st.permutations(range(1, PARTS.count + 1)), heard=st.integers(0, PARTS.count))
def test_whatever_part_comes_when_the_digest_is_that_of_the_whole(tmp_path_factory, order, heard):
    data, digests = data_in(tmp_path_factory.mktemp("ordered")), Digests()
    there: set[int] = set()
    for number in order[:heard]:
        there.add(number)
        digests.advance(PARTS, data, there)
    assert digests.of(PARTS, data) == WHOLE
    assert digests.of(PARTS, data) == WHOLE, "asked again"


def test_what_has_not_arrived_is_not_taken_in(tmp_path):
    data, digests = data_in(tmp_path), Digests()
    with data.open("r+b") as file:
        file.write(bytes(90))
    digests.advance(PARTS, data, {2, 3})
    data_in(tmp_path)
    assert digests.of(PARTS, data) == WHOLE


def test_what_was_taken_in_is_not_read_again(tmp_path):
    data, digests = data_in(tmp_path), Digests()
    digests.advance(PARTS, data, range(1, PARTS.count + 1))
    data.write_bytes(bytes(len(CONTENT)))
    assert digests.of(PARTS, data) == WHOLE
    digests.forget(PARTS.id)
    assert digests.of(PARTS, data) != WHOLE


def test_threads_share_it(tmp_path):
    data, digests = data_in(tmp_path), Digests()
    there: set[int] = set()

    def arrives(number: int) -> None:
        there.add(number)
        digests.advance(PARTS, data, frozenset(there))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(arrives, random.Random(2).sample(range(1, PARTS.count + 1), PARTS.count)))  # noqa: S311
    assert digests.of(PARTS, data) == WHOLE


def test_data_that_are_gone_are_no_error_while_parts_arrive(tmp_path):
    Digests().advance(PARTS, tmp_path / "gone", {1})


def test_only_so_many_are_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr(ordered, "REMEMBERED", 2)
    data, digests = data_in(tmp_path), Digests()
    uploads = [Upload("key", name, len(CONTENT), 90) for name in "abc"]
    for upload in uploads:
        digests.advance(upload, data, range(1, upload.count + 1))
    data.write_bytes(bytes(len(CONTENT)))
    assert [digests.of(upload, data) == WHOLE for upload in reversed(uploads)] == [
        True, True, False,
    ]  # fmt: skip
