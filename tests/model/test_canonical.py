"""One spelling for every document."""

import hashlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from emfair.model.canonical import (
    BLOCK,
    canonical_json,
    digest_of,
    pretty_json,
    sha256_bytes,
    sha256_file,
    sha256_stream,
)

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=15,
)  # fmt: skip


@given(DOCUMENTS)
def test_both_spellings_hold_the_same_document(document):
    assert json.loads(canonical_json(document)) == document
    assert json.loads(pretty_json(document)) == document


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers()))
def test_the_order_of_keys_does_not_matter(document):
    other = dict(reversed(document.items()))
    assert canonical_json(document) == canonical_json(other)
    assert pretty_json(document) == pretty_json(other)


def test_there_is_no_white_space_and_letters_stay_letters():
    assert canonical_json({"b": [1, 2.5], "a": "µ"}) == '{"a":"µ","b":[1,2.5]}'.encode()
    assert pretty_json({"a": 1}) == b'{\n  "a": 1\n}\n'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_json_number_is_refused(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json([number])


def test_a_model_is_spelled_as_its_fields():
    class Point(BaseModel):
        y: int = 2
        x: int = 1

    assert canonical_json(Point()) == b'{"x":1,"y":2}'
    assert pretty_json(Point()) == pretty_json({"x": 1, "y": 2})


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1])
def test_the_hash_of_bytes_stream_and_file_is_one(tmp_path, size):
    content = b"x" * size
    path = tmp_path / "f"
    path.write_bytes(content)
    expected = hashlib.sha256(content).hexdigest()
    assert (
        sha256_bytes(content) == sha256_stream(io.BytesIO(content)) == sha256_file(path) == expected
    )


def test_a_digest_tells_parts_apart():
    assert digest_of(["a", "b"]) == sha256_bytes(b'["a","b"]')
    assert digest_of(["ab"]) != digest_of(["a", "b"])
