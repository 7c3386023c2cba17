"""An object is proved while its parts arrive, in whatever order they do."""

from __future__ import annotations

import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from emfair.lake import ordered
from emfair.lake.ordered import Digests
from emfair.lake.uploads import Part, Upload

CONTENT = random.Random(1).randbytes(1000)  # noqa: S311  bytes, not a secret
PARTS = Upload("key", "id", len(CONTENT), 90)
WHOLE = sha256(CONTENT).hexdigest()


def there(numbers: Iterable[int], checksum: str = "sum") -> dict[int, Part]:
    return {number: Part(number, PARTS.size_of(number), checksum) for number in numbers}


ALL = there(range(1, PARTS.count + 1))


def data_in(folder: Path) -> Path:
    path = folder / "data"
    path.write_bytes(CONTENT)
    return path


@given(order=st.permutations(range(1, PARTS.count + 1)), heard=st.integers(0, PARTS.count))
def test_whatever_part_comes_when_the_digest_is_that_of_the_whole(tmp_path_factory, order, heard):
    data, digests = data_in(tmp_path_factory.mktemp("ordered")), Digests()
    for known in range(1, heard + 1):
        digests.advance(PARTS, data, there(order[:known]))
    assert digests.of(PARTS, data, ALL) == WHOLE
    assert digests.of(PARTS, data, ALL) == WHOLE, "asked again"


def test_what_has_not_arrived_is_not_taken_in(tmp_path):
    data, digests = data_in(tmp_path), Digests()
    with data.open("r+b") as file:
        file.write(bytes(90))
    digests.advance(PARTS, data, there({2, 3}))
    data_in(tmp_path)
    assert digests.of(PARTS, data, ALL) == WHOLE


def test_what_was_taken_in_is_not_read_again(tmp_path):
    data, digests = data_in(tmp_path), Digests()
    digests.advance(PARTS, data, ALL)
    data.write_bytes(bytes(len(CONTENT)))
    assert digests.of(PARTS, data, ALL) == WHOLE
    digests.forget(PARTS.id)
    assert digests.of(PARTS, data, ALL) != WHOLE


def test_a_part_that_was_replaced_makes_what_was_taken_in_void(tmp_path):
    data, digests = data_in(tmp_path), Digests()
    with data.open("r+b") as file:
        file.write(bytes(90))
    digests.advance(PARTS, data, ALL | there({1}, "damaged"))
    data_in(tmp_path)
    assert digests.of(PARTS, data, ALL) == WHOLE


def test_threads_share_it(tmp_path):
    data, digests = data_in(tmp_path), Digests()
    arrived: set[int] = set()

    def arrives(number: int) -> None:
        arrived.add(number)
        digests.advance(PARTS, data, there(frozenset(arrived)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(arrives, random.Random(2).sample(range(1, PARTS.count + 1), PARTS.count)))  # noqa: S311
    assert digests.of(PARTS, data, ALL) == WHOLE


def test_data_that_are_gone_are_no_error_while_parts_arrive(tmp_path):
    Digests().advance(PARTS, tmp_path / "gone", there({1}))


def test_only_so_many_are_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr(ordered, "REMEMBERED", 2)
    data, digests = data_in(tmp_path), Digests()
    uploads = [Upload("key", name, len(CONTENT), 90) for name in "abc"]
    for upload in uploads:
        digests.advance(upload, data, ALL)
    data.write_bytes(bytes(len(CONTENT)))
    assert [digests.of(upload, data, ALL) == WHOLE for upload in reversed(uploads)] == [
        True, True, False,
    ]  # fmt: skip
