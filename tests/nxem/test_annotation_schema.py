"""The schema says what the parser does: what one takes the other takes, as far as it can say."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from emfair.errors import BadAnnotations
from emfair.model.annotations import ELEMENTS, Annotations
from emfair.nxem.annotation_schema import QUDT, annotation_schema
from emfair.nxem.annotations import parse_annotations
from emfair.nxem.keys import keys
from emfair.nxem.said import form_facts
from emfair.nxem.show import quantity

SCHEMA = annotation_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
NUMBERS = [key for key in keys().values() if key.kind == "number" and not key.form]


def takes(document: Any) -> bool:
    """Whether the parser takes a document."""
    try:
        parse_annotations(document)
    except BadAnnotations:
        return False
    return True


# --- documents that are right, each value in its one spelling


def texts() -> st.SearchStrategy[Any]:
    alphabet = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
    words = st.text(alphabet, min_size=1, max_size=30).filter(lambda text: text.strip())
    return words | st.integers(-9999, 9999) | st.floats(-1e6, 1e6, allow_nan=False)


def times() -> st.SearchStrategy[str]:
    zones = st.integers(-12 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
    years = st.integers(1801, 2199)
    seconds = st.timedeltas(timedelta(0), timedelta(days=364))
    return st.builds(
        lambda year, since, zone: (datetime(year, 1, 1, tzinfo=zone) + since).isoformat(),
        years, seconds, zones,
    )  # fmt: skip


def numbers(key: Any) -> st.SearchStrategy[Any]:
    low, high = key.range
    values = st.floats(low, high).map(lambda value: min(max(value, low), high))
    if not key.unit:
        return values | values.map(repr)
    return values.map(lambda value: f"{value!r} {key.unit}")


def value_of(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    about = schema.get("x-emfair", {})
    key = keys().get(about.get("key", ""))
    if key is None or key.kind == "text":
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if "array" in schema.get("type", ()):
            return st.lists(st.sampled_from(ELEMENTS), min_size=1, max_size=4)
        if schema.get("format") == "orcid":
            iris = ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"]
            return st.sampled_from(iris)
        return texts()
    if key.kind == "number":
        return numbers(key)
    return times() if key.kind == "time" else st.booleans()


def document_of(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return right documents of an object's schema; any field may be left out, or be null."""
    if "$ref" in schema:
        return document_of(SCHEMA["$defs"]["file"])
    if "properties" in schema:
        fields = {name: document_of(one) for name, one in schema["properties"].items()}
        return st.fixed_dictionaries({}, optional=fields)
    if "additionalProperties" in schema:
        names = st.sampled_from(["a.dm4", "d/b.emd", "ü.tif"])
        return st.dictionaries(names, document_of(schema["additionalProperties"]), max_size=2)
    return value_of(schema) | st.none()


DOCUMENTS = document_of(SCHEMA)
MANY = settings(max_examples=150, deadline=None)


@MANY
@given(DOCUMENTS)
def test_a_document_that_is_right_is_right_for_both(document):
    document = json.loads(json.dumps(document))
    assert list(VALIDATOR.iter_errors(document)) == []
    assert takes(document)


@MANY
@given(DOCUMENTS)
def test_what_the_parser_has_taken_and_writes_the_schema_takes(document):
    written = parse_annotations(document).model_dump(mode="json")
    assert list(VALIDATOR.iter_errors(written)) == []
    assert parse_annotations(written) == parse_annotations(document)


WRONG = st.sampled_from([{"a": 1}, [], [1], [["Si"]], ["Qq"], {}, True, "", "  ", 7, "x" * 2001])


def fields(schema: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the path of every field, objects included."""
    found = []
    for name, one in schema["properties"].items():
        found.append((*above, name))
        if "properties" in one:
            found += fields(one, (*above, name))
    return found


PATHS = fields(SCHEMA) + [
    ("files", "a.dm4", *path) for path in fields(SCHEMA["$defs"]["file"])
] + [("files", "a.dm4")]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PATHS), WRONG)
def test_what_is_no_value_of_a_field_neither_takes(path, wrong):
    document: Any = wrong
    for name in reversed(path):
        document = {name: document}
    assert VALIDATOR.is_valid(document) == takes(document), document


@pytest.mark.parametrize(
    "document",
    [
        {"colour": "red"},
        {"sample": {"colour": "red"}},
        {"measurement": {"aceleration": "200 kV"}},
        {"measurement": {"sample_name": "x"}},
        {"files": {"a.dm4": {"name": "x"}}},
        {"measurement": {"technique": "magic"}},
        {"measurement": {"camera_length": "2"}},
        {"measurement": {"camera_length": "m"}},
        {"measurement": {"magnification": "many"}},
        {"measurement": {"magnification": -1}},
        {"measurement": {"magnification": 1e12}},
        {"sample": {"atom_types": []}},
        {"sample": {"atom_types": ["Silicon"]}},
        {"sample": {"thickness": "thin"}},
        {"user": {"orcid": "1"}},
        [],
        "text",
        7,
    ],
)
def test_what_is_wrong_is_wrong_for_both(document):
    assert not VALIDATOR.is_valid(document)
    assert not takes(document)


def test_an_empty_document_is_right_for_both():
    for document in ({}, {"sample": None, "measurement": None, "files": None}):
        assert VALIDATOR.is_valid(document)
        assert takes(document)


def told() -> list[dict[str, Any]]:
    """Return what stands beside every field of the whole document."""
    found, todo = [], [SCHEMA]
    while todo:
        for one in todo.pop()["properties"].values():
            if "properties" in one:
                todo.append(one)
            elif "x-emfair" in one:
                found.append(one)
    return found


def test_it_is_a_schema_and_every_field_has_a_title_and_a_part_of_the_form():
    Draft202012Validator.check_schema(SCHEMA)
    assert len(told()) == len(keys()) + 1  # the description has no key
    for one in told():
        assert one["title"]
        assert one["x-emfair"]["part"]
        assert parse_annotations({}) == Annotations()


def test_every_key_stands_at_its_field_once():
    fields = [one["x-emfair"]["field"] for one in told()]
    assert sorted(fields) == sorted([*(key.field for key in keys().values()), "description"])


def test_what_nxem_requires_is_marked():
    marked = {one["x-emfair"]["field"] for one in told() if one["x-emfair"].get("required")}
    assert marked == {key.field for key in keys().values() if key.required}
    assert set(SCHEMA["x-emfair"]["required"]) == marked
    assert "sample.atom_types" in marked


def test_every_unit_has_its_name_in_qudt_or_none():
    units = [unit for one in told() for unit in one["x-emfair"].get("unit", {}).values()]
    assert {unit["text"] for unit in units if unit["qudt"] is None} == {"e/Å²/s"}
    assert all(unit["qudt"] is None or unit["qudt"].startswith(QUDT) for unit in units)
    (voltage,) = (one for one in told() if one["x-emfair"].get("key") == "acceleration_voltage")
    about = voltage["x-emfair"]
    assert about["unit"]["shown"] == {"text": "kV", "qudt": f"{QUDT}KiloV"}
    assert about["term"] == "https://purls.helmholtz-metadaten.de/emg/EMG_00000004"
    assert about["range"] == [10, 5e6]


@pytest.mark.parametrize("key", NUMBERS, ids=lambda key: key.key)
def test_what_is_shown_of_a_number_can_be_typed_in_again(key):
    low, high = key.range
    number = low / 2 + high / 2
    text = quantity(key.key, number)
    notes = parse_annotations({"measurement": {key.key: text}})
    assert VALIDATOR.is_valid({"measurement": {key.key: text}})
    (fact,) = form_facts(notes, "")
    assert fact.value_num == pytest.approx(number, rel=1e-5)


def test_an_example_of_a_quantity_can_be_typed_in():
    for one in told():
        for example in one.get("examples", ()):
            name = one["x-emfair"]["field"].split(".")
            assert takes({name[0]: {name[1]: example}}), example
            assert re.match(one["pattern"], example)
