"""``/audit``: who did what, for those who answer for it."""

from __future__ import annotations

import pytest

from tests.api.hall import in_days, made, problem


def deeds(hall, path="/audit", name="root", **params):
    answer = hall.client(name).get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_a_projects_deeds_are_those_done_in_it_newest_first(hall):
    sample = hall.sample()
    project = sample.split("/")[2]
    hall.join(project, "bob", "editor")
    experiment = hall.experiment(project, owner="bob")
    hall.experiment(hall.project())
    told = deeds(hall, f"/projects/{project}/audit", "ada", limit=500)
    assert [(one["action"], one["subject"]) for one in told[::-1]][:5] == [
        ("project-created", f"project:{project}"),
        ("proposal-created", f"proposal:{project}/q"),
        ("sample-created", f"sample:{project}/q/s-1"),
        ("membership-granted", f"project:{project}"),
        ("sample-created", f"sample:{project}/q/s"),
    ]
    assert told[0]["subject"] == experiment
    assert (told[0]["actor"], told[0]["actor_name"]) == (hall.subject("bob"), "Bob")


def test_an_edit_tells_what_it_replaced(hall):
    project = hall.project()
    headers = {"If-Match": '"v1"'}
    hall.client("ada").put(f"/projects/{project}", json={"title": "New"}, headers=headers)
    (deed,) = deeds(hall, f"/projects/{project}/audit", "ada", action="project-changed")
    assert "Steel" in str(deed["detail"])
    assert "New" in str(deed["detail"])


def test_reading_what_is_restricted_is_written_down(hall):
    project = hall.project()
    experiment = hall.experiment(project, restricted=True)
    hall.client("stew").get(f"/experiments/{experiment}")
    (deed,) = deeds(hall, f"/projects/{project}/audit", "ada", action="restricted-read")
    assert (deed["actor"], deed["subject"]) == (hall.subject("stew"), experiment)


def test_deeds_are_found_by_who_what_and_when(hall):
    project = hall.project()
    hall.join(project, "bob", "editor")
    hall.experiment(project, owner="bob")
    path, bob = f"/projects/{project}/audit", hall.subject("bob")
    assert {one["actor"] for one in deeds(hall, path, "ada", actor=bob)} == {bob}
    granted = deeds(hall, path, "ada", action="membership-granted")
    assert [one["detail"]["member"] for one in granted] == [bob]
    since = deeds(hall, path, "ada", since=granted[0]["at"])
    before = deeds(hall, path, "ada", until=granted[0]["at"])
    assert granted[0] in since
    assert granted[0] not in before
    assert len(since) + len(before) == len(deeds(hall, path, "ada", limit=500))
    assert deeds(hall, path, "ada", since=in_days(1)) == []
    named = deeds(hall, path, "ada", subject=f"project:{project}")
    assert {one["action"] for one in named} == {"project-created", "membership-granted"}


def test_a_subject_outside_of_the_project_is_not_told(hall):
    project, other = hall.project(), hall.project("eve")
    path = f"/projects/{project}/audit"
    assert deeds(hall, path, "ada", subject=f"project:{other}") == []


def test_pages_hold_every_deed_once(hall):
    project = hall.project()
    for number in range(4):
        hall.join(project, f"guest{number}", "viewer")
    path, seen, after = f"/projects/{project}/audit", [], None
    while True:
        params = {"limit": 2} | ({"after": after} if after else {})
        page = hall.client("ada").get(path, params=params).json()
        assert len(page["items"]) <= 2
        seen += [(one["action"], str(one["detail"])) for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 5


def test_owners_read_their_projects_log_and_nobody_elses(hall):
    project = hall.project()
    hall.join(project, "bob", "editor")
    path = f"/projects/{project}/audit"
    assert problem(hall.client("bob").get(path), 403)["remedy"] == "Ask an owner of the project."
    problem(hall.client("eve").get(path), 404)
    problem(hall.bearer(None).get(path), 401)
    for name in ("ada", "stew", "root"):
        assert deeds(hall, path, name)


def test_everything_is_read_by_stewards_and_administrators_only(hall):
    mine, theirs = hall.project(), hall.project("eve")
    told = {one["subject"] for one in deeds(hall, action="project-created", limit=500)}
    assert {f"project:{mine}", f"project:{theirs}"} <= told
    assert deeds(hall, name="stew")
    problem(hall.client("ada").get("/audit"), 403)
    problem(hall.bearer(None).get("/audit"), 401)
    new = {"name": "n", "scopes": ["read"], "expires_at": in_days(1)}
    script = hall.bearer(made(hall.client("stew").post("/tokens", json=new))["token"])
    problem(script.get("/audit"), 403)


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 501},
        {"after": "x"},
        {"after": "-1"},
        {"after": "9" * 19},
        {"since": "yesterday"},
        {"since": "2026-01-01T00:00:00"},
        {"until": "9999-12-31T23:59:59-12:00"},
        {"actor": "x" * 201},
    ],
)
def test_a_wrong_filter_is_a_problem(hall, params):
    problem(hall.client("root").get("/audit", params=params), 422)
    problem(hall.client("ada").get(f"/projects/{hall.project()}/audit", params=params), 422)


def test_odd_filters_find_nothing(hall):
    for text in ("' OR 1=1 --", "%", "🔬", "ada"):
        assert deeds(hall, actor=text) == deeds(hall, subject=text) == []
    assert deeds(hall, after="9" * 18, limit=1)
