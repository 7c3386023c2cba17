"""The API as a whole: health, SQL, problems, its own description."""

from __future__ import annotations

import json

import httpx
import pytest

from emfair import errors
from emfair.api.app import create_app
from emfair.api.problems import problem_of
from emfair.lake.memory import MemoryLake
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.conftest import serving


def ask(client: httpx.Client, sql: str, **more) -> httpx.Response:
    return client.post("/query", json={"sql": sql, **more})


def test_health_is_told_with_the_version(client):
    assert client.get("/health").json()["status"] == "ok"


def test_sql_is_answered_with_typed_columns(client, made):
    answer = ask(client, "SELECT experiment_id, n_files FROM experiments WHERE verdict = 'valid'")
    assert answer.json() == {
        "columns": [
            {"name": "experiment_id", "type": "VARCHAR"},
            {"name": "n_files", "type": "BIGINT"},
        ],
        "rows": [[made["valid"], 2]],
        "truncated": False,
    }


def test_every_kind_of_value_can_be_answered(client):
    answer = ask(
        client,
        "SELECT 'nan'::DOUBLE, 1.50::DECIMAL(4,2), DATE '2026-01-22', [1, NULL], {'a': 1}, "
        "'\\x00'::BLOB, NULL, TIMESTAMPTZ '2026-01-22 12:00:00+00', true",
    )
    assert answer.json()["rows"] == [
        [None, "1.50", "2026-01-22", [1, None], {"a": 1}, "00", None,
         "2026-01-22T12:00:00+00:00", True]
    ]  # fmt: skip


def test_an_answer_is_cut_at_the_limit_and_says_so(client):
    answer = ask(client, "SELECT * FROM files", limit=2).json()
    assert len(answer["rows"]) == 2
    assert answer["truncated"] is True


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT nope FROM experiments",
        "SELECT",
        "",
        "DROP TABLE experiments",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY experiments TO '/tmp/x.csv'",
        "SELECT 'infinity'::TIMESTAMP",
    ],
)
def test_sql_that_is_refused_is_a_problem_of_the_caller(client, sql):
    answer = ask(client, sql)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:emfair:problem:bad-query"
    assert answer.json()["remedy"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"sql": 1}', b'{"sql": "SELECT 1", "limit": 0}']
)
def test_a_body_that_is_no_question_is_a_problem(client, body):
    answer = client.post("/query", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_route_or_method_that_is_not_there_is_a_problem(client):
    assert client.get("/nope").json()["status"] == 404
    answer = client.delete("/experiments")
    assert answer.json()["status"] == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.BadCall("x"), 400),
        (errors.BadName("x"), 422),
        (errors.BadAnnotations("x"), 422),
        (errors.NotFound("x"), 404),
        (errors.Conflict("x"), 409),
        (errors.BadQuery("x"), 400),
        (errors.FixityMismatch("x"), 422),
        (errors.BadSetting("x"), 500),
        (errors.Unavailable("x"), 503),
    ],
)
def test_each_error_has_its_status(error, status):
    assert problem_of(error).status == status


def report_over(services: Services, experiment: str, error: Exception) -> httpx.Response:
    """Ask for a report from a lake that fails with `error`."""

    class Failing(MemoryLake):
        def read_bytes(self, key):
            raise error.with_traceback(None) from KeyError(key)

    failing = Services(services.settings, Failing(), services.registry, services.now)
    with serving(create_app(failing)) as url:
        return httpx.get(f"{url}/api/v1/experiments/{experiment}/report", timeout=30)


def test_a_sick_store_is_told_to_be_asked_again(services, made):
    answer = report_over(services, made["valid"], errors.Unavailable("does not answer."))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_a_defect_is_told_without_its_trace(services, made):
    answer = report_over(services, made["valid"], ZeroDivisionError("secret"))
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_the_description_shows_examples_and_problems(client):
    openapi = client.get("/openapi.json").json()
    question = openapi["components"]["schemas"]["Question"]
    assert question["properties"]["sql"]["examples"]
    query = openapi["paths"]["/api/v1/query"]["post"]["responses"]
    assert "application/problem+json" in json.dumps(query["400"])


def test_an_empty_registry_is_an_empty_list(tmp_path):
    with (
        open_services(read_settings(home=tmp_path)) as services,
        serving(create_app(services)) as url,
    ):
        assert httpx.get(f"{url}/api/v1/experiments", timeout=30).json() == {
            "items": [],
            "next": None,
        }
        sql = {"sql": "SELECT count(*) FROM files"}
        answer = httpx.post(f"{url}/api/v1/query", json=sql, timeout=30)
        assert answer.json()["rows"] == [[0]]
