"""``/instruments``: PIDINST cards and profiles, checked like an annotation; nothing is fetched."""

from __future__ import annotations

import socket

import pytest

from tests.api.hall import in_days, made, problem

FULL = {
    "title": "Titan",
    "identifier": "21.11157/titan",
    "identifier_type": "Handle",
    "landing_page": "https://example.org/titan",
    "owners": [
        {
            "name": "EM Centre",
            "identifier": "https://ror.org/02e2c7k09",
            "identifier_type": "ROR",
            "contact": "em@example.org",
        }
    ],
    "manufacturers": [{"name": "Thermo Fisher Scientific"}],
    "model": {"name": "Titan 80-300"},
    "description": "Bldg. 7",
    "instrument_types": ["TEM"],
    "measured_variables": ["electron intensity"],
    "dates": [{"on": "2012-05-01", "type": "Commissioned"}],
    "related_identifiers": [
        {"identifier": "10.1/x", "identifier_type": "DOI", "relation": "IsDescribedBy"}
    ],
    "alternate_identifiers": [{"identifier": "3122", "type": "SerialNumber"}],
    "profile": {
        "instrument": {"vendor": "FEI", "model": "Titan 80-300"},
        "measurement": {"acceleration_voltage": "300 kV"},
    },
}


def new(hall, name, **card):
    card = {"title": name} | card
    return made(hall.client("stew").post("/instruments", json={"id": name, "card": card}))


def edit(client, name, card, version=1):
    headers = {"If-Match": f'"v{version}"'}
    return client.put(f"/instruments/{name}", json=card, headers=headers)


def drop_empty(value):
    """Return a JSON value without what was left out."""
    if isinstance(value, dict):
        return {key: drop_empty(one) for key, one in value.items() if one not in (None, [], {})}
    return [drop_empty(one) for one in value] if isinstance(value, list) else value


def test_a_steward_makes_an_instrument_and_everyone_who_is_known_sees_it(hall):
    told = made(hall.client("stew").post("/instruments", json={"id": "t-1", "card": FULL}))
    assert drop_empty(told["card"]) == FULL
    for name in ("ada", "eve"):
        assert hall.client(name).get("/instruments/t-1").json() == told
        listed = hall.client(name).get("/instruments", params={"text": "3122 titan"}).json()
        assert "t-1" in [one["id"] for one in listed["items"]]


def test_strangers_and_referees_see_no_instruments(hall):
    new(hall, "t-hidden")
    project = hall.project()
    until = {"until": "2100-01-01T00:00:00Z"}
    link = made(hall.client("ada").post(f"/projects/{project}/referee-links", json=until))
    for client in (hall.bearer(None), hall.bearer(link["secret"])):
        assert client.get("/instruments").json()["items"] == []
        problem(client.get("/instruments/t-hidden"), 404)
        problem(client.get("/instruments", params={"after": "t-hidden"}), 404)


def test_only_stewards_make_instruments_and_only_they_and_its_maker_edit_one(hall):
    card = {"id": "t-2", "card": {"title": "T"}}
    told = problem(hall.client("ada").post("/instruments", json=card), 403)
    assert told["remedy"] == "Ask a steward of this emfair."
    made(hall.client("stew").post("/instruments", json=card))
    problem(edit(hall.client("ada"), "t-2", {"title": "Mine"}), 403)
    assert edit(hall.client("root"), "t-2", {"title": "Ours"}).json()["version"] == 2
    problem(edit(hall.client("stew"), "t-2", {"title": "Late"}), 412)


@pytest.mark.parametrize(
    ("measurement", "subject"),
    [
        ({"voltage": "300 kV"}, "profile.measurement.voltage"),
        ({"acceleration_voltage": "300"}, "profile.measurement.acceleration_voltage"),
        ({"acceleration_voltage": "3 nm"}, "profile.measurement.acceleration_voltage"),
        ({"acceleration_voltage": "9e99 kV"}, "profile.measurement.acceleration_voltage"),
        ({"acceleration_voltage": "nan kV"}, "profile.measurement.acceleration_voltage"),
        ({"sample_name": "quartz"}, "profile.measurement.sample_name"),
        ({"'; DROP TABLE": "1"}, "profile.measurement.'; DROP TABLE"),
        ({"": "1"}, "profile.measurement."),
    ],
)
def test_a_profile_speaks_the_keys_of_an_annotation_and_possible_values(hall, measurement, subject):
    card = {"title": "T", "profile": {"measurement": measurement}}
    answer = hall.client("stew").post("/instruments", json={"card": card})
    told = problem(answer, 422)
    assert (told["type"], told["subject"]) == ("urn:emfair:problem:bad-annotations", subject)
    name = new(hall, hall.fresh("t"))["id"]
    assert problem(edit(hall.client("stew"), name, card), 422)["subject"] == subject
    assert hall.client("stew").get(f"/instruments/{name}").json()["version"] == 1


@pytest.mark.parametrize(
    "card",
    [
        {"landing_page": "http://example.org"},
        {"landing_page": "javascript:alert(1)"},
        {"landing_page": "https://ada:pw@example.org/"},
        {"landing_page": "https://exa mple.org/"},
        {"landing_page": "https:///etc/passwd"},
        {"landing_page": "file:///etc/passwd"},
        {"identifier": "10.1/x"},
        {"identifier_type": "DOI"},
        {"owners": [{"name": "A", "contact": "nobody"}]},
        {"owners": [{"name": "A", "identifier": "x"}]},
        {"dates": [{"on": "yesterday", "type": "Commissioned"}]},
        {"related_identifiers": [{"identifier": "x", "identifier_type": "DOI", "relation": "Is"}]},
        {"alternate_identifiers": [{"identifier": "x", "type": "Barcode"}]},
        {"unknown": 1},
    ],
)
def test_what_pidinst_does_not_know_is_refused(hall, card):
    answer = hall.client("stew").post("/instruments", json={"card": {"title": "T"} | card})
    problem(answer, 422)


def test_no_address_that_a_card_names_is_ever_opened(hall):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        card = {
            "landing_page": f"{here}page",
            "identifier": f"{here}id", "identifier_type": "URL",
            "related_identifiers": [
                {"identifier": here, "identifier_type": "URL", "relation": "HasMetadata"}
            ],
        }  # fmt: skip
        new(hall, "t-ssrf", **card)
        assert edit(hall.client("stew"), "t-ssrf", {"title": "T"} | card).status_code == 200
        hall.client("ada").get("/instruments/t-ssrf")
        hall.client("ada").get("/instruments", params={"text": here})
        listener.settimeout(0.3)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_card_of_many_small_things_is_too_much(hall):
    card = {"title": "T", "owners": [{"name": f"owner {n}"} for n in range(3000)]}
    told = problem(hall.client("stew").post("/instruments", json={"card": card}), 413)
    assert "100,000 are the most" in told["detail"]
    new(hall, "t-big")
    problem(edit(hall.client("stew"), "t-big", card), 413)


def test_pages_hold_every_instrument_once(hall):
    for number in range(3):
        new(hall, f"page-{number}")
    first = hall.client("ada").get("/instruments", params={"limit": 2, "text": "page-"}).json()
    params = {"limit": 2, "text": "page-", "after": first["next"]}
    rest = hall.client("ada").get("/instruments", params=params).json()
    ids = [one["id"] for one in first["items"] + rest["items"]]
    assert ids == ["page-2", "page-1", "page-0"]
    problem(hall.client("ada").get("/instruments", params={"after": "none"}), 404)


def test_one_that_no_experiment_names_is_removed_by_a_steward_and_its_tokens_end(hall):
    name = new(hall, "t-gone")["id"]
    wanted = {"name": "pc", "scopes": ["deposit"], "expires_at": in_days(1)}
    token = made(hall.client("stew").post(f"/instruments/{name}/tokens", json=wanted))["token"]
    assert hall.bearer(token).get("/me").status_code == 200
    path, seen = f"/instruments/{name}", {"If-Match": '"v1"'}
    problem(hall.client("ada").delete(path, headers=seen), 403)
    assert hall.client("stew").delete(path, headers=seen).status_code == 204
    problem(hall.client("stew").get(path), 404)
    problem(hall.bearer(token).get("/me"), 401)


def test_one_that_an_experiment_names_stays_and_the_experiment_is_named(hall):
    name, project = new(hall, "t-used")["id"], hall.project()
    ada, experiment = hall.client("ada"), hall.experiment(project)
    etag = ada.get(f"/experiments/{experiment}").headers["etag"]
    ada.patch(
        f"/experiments/{experiment}", json={"instrument": name}, headers={"If-Match": etag}
    ).raise_for_status()
    gone = hall.client("stew").delete(f"/instruments/{name}", headers={"If-Match": '"v1"'})
    assert experiment in problem(gone, 409)["detail"]
