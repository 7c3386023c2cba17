"""What an edit changed."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from emfair.model.changes import Change, changes, steps

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers())
DOCUMENTS = st.dictionaries(
    st.text(max_size=3),
    st.recursive(LEAVES, lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_size=4,
)


def test_what_was_set_replaced_and_removed_is_named_by_its_path():
    old = {"title": "A", "sample": {"name": "quartz", "atom_types": ["Si"]}, "user": {"name": None}}
    new = {"title": "A", "sample": {"atom_types": ["Si", "O"]}, "user": {"name": "Ada"}}
    assert changes(old, new) == (
        Change(field="sample.atom_types", old=["Si"], new=["Si", "O"]),
        Change(field="sample.name", old="quartz"),
        Change(field="user.name", new="Ada"),
    )


def test_a_key_that_is_a_file_name_stands_in_quotes():
    (change,) = changes({}, {"files": {'a."b".dm4': {"title": "x"}}})
    assert change.field == r'files["a.\"b\".dm4"].title'


@given(st.lists(st.text(min_size=1) | st.from_regex(r"[a-z_]+", fullmatch=True), min_size=1))
def test_the_name_of_a_field_tells_the_keys_that_lead_there(path):
    document = reduce(lambda inner, key: {key: inner}, reversed(path), 1)
    (change,) = changes({}, document)
    assert steps(change.field) == tuple(path)


def test_null_and_missing_are_the_same_and_so_is_an_empty_part():
    assert changes({"title": None, "sample": {}}, {}) == ()


def test_a_truth_value_is_no_number():
    assert changes({"x": 1}, {"x": True}) == (Change(field="x", old=1, new=True),)


@given(DOCUMENTS)
def test_a_document_does_not_differ_from_itself(document):
    assert changes(document, document) == ()


@given(DOCUMENTS, DOCUMENTS)
def test_the_way_back_is_the_way_there_reversed(old, new):
    back = [(change.field, change.new, change.old) for change in changes(new, old)]
    assert [(change.field, change.old, change.new) for change in changes(old, new)] == back
