"""What people keep for themselves, over HTTP."""

from __future__ import annotations

from tests.api.told import problem


def test_searches_are_kept_by_name_and_thrown_away(client):
    name, at = "Gold 金 100 % / b", "/me/searches"
    for query in ("element=Au", "element=Ag"):
        assert client.put(at, json={"name": name, "query": query}).status_code == 204
    assert client.get(at).json() == [{"name": name, "query": "element=Ag"}]
    assert client.delete(at, params={"name": name}).status_code == 204
    assert client.get(at).json() == []
    problem(client.put(at, json={"name": " ", "query": ""}), 400)


def test_templates_are_kept_without_what_is_of_one_experiment(client):
    at = "/me/templates"
    said = {
        "title": "Night",
        "start_time": "2026-01-22T12:00:00Z",
        "instrument": {"model": "Titan"},
        "measurement": {"acceleration_voltage": "200 kV"},
        "files": {"a.dm4": {"title": "A"}},
    }
    assert client.put(at, json={"name": "Titan", "annotations": said}).status_code == 204
    general = {name: said[name] for name in ("instrument", "measurement")}
    assert client.get(at).json() == [{"name": "Titan", "annotations": general}]
    assert client.get("/me/searches").json() == []
    assert client.delete(at, params={"name": "Titan"}).status_code == 204
    assert client.get(at).json() == []


def test_a_template_that_says_what_cannot_be_is_refused(client):
    wrong = {"measurement": {"acceleration_voltage": "200 nm"}}
    told = problem(client.put("/me/templates", json={"name": "x", "annotations": wrong}), 422)
    assert "acceleration_voltage" in told["subject"]


def test_a_template_that_holds_no_number_is_refused_by_its_field(client):
    body = '{"name": "t", "annotations": {"sample": {"name": NaN, "description": "x"}}}'
    head = {"content-type": "application/json"}
    told = problem(client.put("/me/templates", content=body, headers=head), 422)
    assert "sample.name" in told["subject"] + told["detail"]
