"""``/experiments/…/measurements``: what was measured, and where each value is from."""

from __future__ import annotations

import pytest

from emfair.lake import layout
from emfair.model.documents import Conversion
from emfair.service.services import Services
from tests.api.told import problem


@pytest.fixture
def path(made) -> str:
    return f"/experiments/{made['valid']}/measurements"


@pytest.fixture
def conversion(services: Services, made) -> Conversion:
    place = services.registry.experiments.get(made["valid"]).place
    return Conversion.model_validate_json(services.lake.read_bytes(layout.conversion(place)))


def test_the_list_is_what_was_converted_in_pages(client, path, conversion):
    seen, after = [], None
    while True:
        params = {"limit": 1} | ({"after": after} if after else {})
        page = client.get(path, params=params).json()
        seen += page["items"]
        if (after := page["next"]) is None:
            break
    assert [one["id"] for one in seen] == [one.measurement for one in conversion.measurements]
    assert seen == client.get(path).json()["items"]
    assert {one["verdict"] for one in seen} == {"valid"}
    assert seen[0]["shape"] == list(conversion.measurements[0].shape)


def test_every_link_of_a_measurement_leads_somewhere(client, made):
    for name in ("valid", "needs-input"):
        for one in client.get(f"/experiments/{made[name]}/measurements").json()["items"]:
            assert set(one["links"]) == {
                "self", "experiment", "preview", "container", "look", "file",
            }  # fmt: skip
            for link in one["links"].values():
                assert client.get(link.removeprefix("/api/v1")).status_code == 200, link


def test_a_measurement_tells_each_value_with_its_source(client, path, conversion):
    one = next(m for m in conversion.measurements if any(f.replaced_by for f in m.facts))
    told = client.get(f"{path}/{one.measurement}").json()
    voltage = next(fact for fact in told["facts"] if fact["key"] == "acceleration_voltage")
    assert voltage["label"]
    assert voltage["field"] == "measurement.acceleration_voltage"
    used = voltage["used"]
    assert (used["shown"], used["value_num"], used["unit"], used["source"]) == (
        "200 kV", 200_000.0, "V", "form"
    )  # fmt: skip
    (vendor,) = [other for other in voltage["others"] if other["source"] == "vendor"]
    assert vendor["replaced_by"] == "form"
    assert vendor["raw"]
    assert vendor["source_path"]


def test_nothing_that_was_found_is_left_out_or_told_twice(client, path, conversion):
    for one in conversion.measurements:
        told = client.get(f"{path}/{one.measurement}").json()
        values = [
            (fact["key"], value["value_num"], value["value_text"], value["source_path"])
            for fact in told["facts"]
            for value in [*filter(None, [fact["used"]]), *fact["others"]]
        ]
        kept = [(f.key, f.value_num, f.value_text, f.source_path) for f in one.facts]
        assert sorted(map(repr, values)) == sorted(map(repr, kept))
        assert [fact["key"] for fact in told["facts"]] == list(
            dict.fromkeys(fact["key"] for fact in told["facts"])
        )
        assert told["axes"] == [axis.model_dump() for axis in one.axes]
        assert told["data_sha256"] == one.data_sha256


def test_findings_of_a_measurement_are_its_own(client, made):
    path = f"/experiments/{made['needs-input']}/measurements"
    (one,) = client.get(path).json()["items"]
    told = client.get(f"{path}/{one['id']}").json()
    assert told["verdict"] == "needs-input"
    assert {finding["measurement"] for finding in told["findings"]} == {one["id"]}


def test_what_is_not_converted_has_no_measurements_yet(client, made):
    path = f"/experiments/{made['sealed']}/measurements"
    assert client.get(path).json() == {"items": [], "next": None}
    problem(client.get(f"{path}/x"), 404)


@pytest.mark.parametrize("name", ["nope", "..%2F..", "%00", "x" * 500])
def test_a_name_that_is_no_measurement_is_not_found(client, path, name):
    problem(client.get(f"{path}/{name}"), 404)


@pytest.mark.parametrize(("params", "status"), [({"limit": 0}, 422), ({"after": "nope"}, 404)])
def test_a_wrong_page_is_a_problem(client, path, params, status):
    problem(client.get(path, params=params), status)


def test_what_may_not_be_seen_has_no_measurements(hall, shared):
    _, plain, secret = shared
    problem(hall.client("bob").get(f"/experiments/{secret}/measurements"), 404)
    assert hall.client("bob").get(f"/experiments/{plain}/measurements").status_code == 200
