"""The API keeps what its OpenAPI document promises, whatever is sent: asked by schemathesis.

Requests are drawn from the document, right ones and wrong ones, the same each time. What does not
belong here: who may do what (``test_policy``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from emfair.lake.local import LocalLake
from tests.api.conftest import serving
from tests.api.test_policy import document
from tests.api.world import copy, fill

EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENDLESS = "/events"
"""Streams that have no end are asked elsewhere."""


def operations() -> dict[str, Any]:
    """Return every operation of the document, by its name."""
    schema = schemathesis.openapi.from_dict(document())
    found = [result.ok() for result in schema.get_all_operations()]
    return {one.label: one for one in found if not one.path.endswith(ENDLESS)}


OPERATIONS = operations()


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("world")
    lake, _ = fill(folder / "home", LocalLake(folder / "lake"))
    with copy(folder / "home", lake, folder / "copy") as app, serving(app) as at:
        yield at


def test_the_document_tells_how_to_say_who_asks_and_that_the_local_user_need_not():
    told = document()
    (name, scheme), *more = told["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["scheme"], more) == ("http", "bearer", [])
    assert told["security"] == [{name: []}, {}]


def test_every_body_of_json_has_an_example():
    told = document()
    bare = [
        f"{method} {path}"
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
        for kind, body in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json" and not has_example(told, body, body["schema"])
    ]
    assert bare == []


def has_example(told: dict[str, Any], *said: dict[str, Any]) -> bool:
    """Whether a schema, or each field of it that must be there, says how it looks."""
    if any(word in one for one in said for word in ("example", "examples", "default", "enum")):
        return True
    schema = said[-1]
    if "$ref" in schema:
        schema = told["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return any(has_example(told, one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return has_example(told, schema["items"])
    fields = schema.get("properties", {})
    wanted = schema.get("required") or fields
    return bool(wanted) and all(has_example(told, fields[name]) for name in wanted)


@pytest.mark.parametrize("name", OPERATIONS)
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_the_api_keeps_what_its_document_promises(url, name, data):
    case = data.draw(OPERATIONS[name].as_strategy())
    response = case.call(base_url=url, headers={"Authorization": "Bearer steward"}, timeout=20)
    case.validate_response(response, checks=CHECKS)
