"""``/projects`` and their proposals: made, seen, edited by several people."""

from __future__ import annotations

import json
import threading
from uuid import uuid4

import pytest

from emfair.api.problems import problem_of, problem_response
from emfair.errors import NotFound
from tests.api.hall import in_days, made, problem
from tests.registry.together import run_together


def edit(client, path, card, version):
    return client.put(path, json=card, headers={"If-Match": f'"v{version}"'})


def test_whoever_makes_a_project_finds_it_under_its_address(hall):
    new = {"card": {"title": "Quartz 2nd", "description": "Körner 🔬"}}
    answer = hall.client("ada").post("/projects", json=new)
    told = made(answer)
    assert told["id"] == "quartz-2nd"
    assert (told["owner"], told["owner_name"]) == (hall.subject("ada"), "Ada")
    assert answer.headers["etag"] == '"v1"'
    assert answer.headers["location"] == "/api/v1/projects/quartz-2nd"
    again = hall.client("ada").get("/projects/quartz-2nd")
    assert again.json() == told
    assert again.headers["etag"] == '"v1"'


def test_what_was_read_can_be_put_back_as_it_is_and_changes_nothing(hall):
    path = f"/projects/{hall.project()}"
    told = hall.client("ada").get(path).json()
    answer = edit(hall.client("ada"), path, told["card"], 1)
    assert (answer.status_code, answer.json()["version"]) == (200, 1)


def test_an_edit_replaces_the_whole_card_and_counts_its_version(hall):
    path = f"/projects/{hall.project(description='old')}"
    answer = edit(hall.client("ada"), path, {"title": "New"}, 1)
    assert answer.json()["card"] == {"title": "New", "description": None}
    assert answer.headers["etag"] == '"v2"'


def test_of_two_who_edit_at_once_one_is_told(hall):
    path, outcomes, barrier = f"/projects/{hall.project()}", [], threading.Barrier(2)
    titles = ["One", "Two"]

    def write() -> None:
        card = {"title": titles.pop()}
        barrier.wait()
        outcomes.append(edit(hall.client("ada"), path, card, 1))

    run_together(write, 2)
    late, first = sorted(outcomes, key=lambda answer: -answer.status_code)
    assert first.status_code == 200
    assert "version 2" in problem(late, 412)["detail"]
    assert hall.client("ada").get(path).json()["card"] == first.json()["card"]


def test_an_edit_says_on_which_version_it_was_made(hall):
    path = f"/projects/{hall.project()}"
    assert problem(hall.client("ada").put(path, json={"title": "T"}), 428)["subject"] == "If-Match"
    for tag in ("3", '"3"', "*", '"v1", "v2"', '"v-1"', '"v9999999999"'):
        headers = {"If-Match": tag}
        problem(hall.client("ada").put(path, json={"title": "T"}, headers=headers), 400)
    problem(edit(hall.client("ada"), path, {"title": "T"}, 7), 412)
    assert hall.client("ada").get(path).json()["card"]["title"] == "Steel"


def test_a_project_is_not_there_for_whoever_may_not_see_it(hall):
    project = hall.project()
    for path in (f"/projects/{project}", f"/projects/{project}/proposals"):
        absent = path.replace(project, "p-none")
        for client in (hall.client("eve"), hall.bearer(None)):
            told = problem(client.get(path), 404)
            never = problem(client.get(absent), 404)
            assert told["detail"] == never["detail"]
            assert told["remedy"] == never["remedy"]
    told = problem(edit(hall.client("eve"), f"/projects/{project}", {"title": "T"}, 1), 404)
    assert "Steel" not in str(told)


def test_a_cursor_tells_nothing_of_what_may_not_be_seen(hall):
    project = hall.project()
    told = problem(hall.client("eve").get("/projects", params={"after": project}), 404)
    never = problem(hall.client("eve").get("/projects", params={"after": "p-none"}), 404)
    assert told["detail"] == never["detail"]


def test_a_viewer_reads_and_is_told_whom_to_ask_for_more(hall):
    project = hall.project()
    hall.join(project, "bob", "viewer")
    assert hall.client("bob").get(f"/projects/{project}").status_code == 200
    told = problem(edit(hall.client("bob"), f"/projects/{project}", {"title": "T"}, 1), 403)
    assert told["remedy"] == "Ask an owner of the project."
    new = {"card": {"title": "Q"}}
    problem(hall.client("bob").post(f"/projects/{project}/proposals", json=new), 403)


def test_a_role_from_the_login_services_groups_counts(hall):
    project = hall.project()
    client = hall.client("gus", f"emfair-project-{project}-editor")
    new = {"card": {"title": "Q"}}
    assert made(client.post(f"/projects/{project}/proposals", json=new))["id"] == "q"
    assert project in [one["id"] for one in client.get("/projects").json()["items"]]


def test_everyone_lists_what_they_see_and_stewards_all(hall):
    mine, theirs = hall.project("ivy"), hall.project("bob")
    hall.join(theirs, "ivy", "viewer", owner="bob")
    other = hall.project("bob")

    def listed(name):
        items = hall.client(name).get("/projects", params={"limit": 500}).json()["items"]
        return {one["id"] for one in items}

    assert listed("ivy") == {mine, theirs}
    assert {mine, theirs, other} <= listed("stew")
    assert hall.bearer(None).get("/projects").json() == {"items": [], "next": None}


def test_pages_hold_every_project_once_newest_first(hall):
    projects = [hall.project("pia") for _ in range(5)]
    seen, after = [], None
    for _ in range(3):
        params = {"limit": 2} | ({"after": after} if after else {})
        page = hall.client("pia").get("/projects", params=params).json()
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
    assert after is None
    assert seen == projects[::-1]


def test_projects_are_found_by_words_whatever_they_hold(hall):
    project = hall.project("wim", title="50 % Näh_te", description="Schweißen")
    hall.project("wim", title="50 of 100")

    def found(text):
        items = hall.client("wim").get("/projects", params={"text": text}).json()["items"]
        return [one["id"] for one in items]

    assert found("50 % NÄH_TE") == found("na\u0308h_te") == found("schweissen") == [project]
    assert found("%%") == found("n_hte") == found("' OR 1=1 --") == []


@pytest.mark.parametrize(
    "title",
    [
        "'; DROP TABLE project; --",
        "<script>alert(1)</script>",
        "a\u200db \u200b x",
        "e\u0301 o\u0308",
        "x" * 500,
        "🔬" * 400 + "a",
    ],
)
def test_a_title_is_a_text_and_nothing_else(hall, title):
    project = hall.project(title=title)
    told = hall.client("ada").get(f"/projects/{project}").json()["card"]["title"]
    assert told == title.replace("e\u0301", "é").replace("o\u0308", "ö")


@pytest.mark.parametrize(
    ("new", "status", "subject"),
    [
        ({}, 422, "card"),
        ({"card": {}}, 422, "card.title"),
        ({"card": {"title": ""}}, 422, "card.title"),
        ({"card": {"title": " \t\n"}}, 422, "card.title"),
        ({"card": {"title": "x" * 501}}, 422, "card.title"),
        ({"card": {"title": "T", "secret": 1}}, 422, "card.secret"),
        ({"card": {"title": "T"}, "owner": "eve"}, 422, "owner"),
        ({"card": {"title": "T", "description": "x" * 2001}}, 422, "card.description"),
        ({"card": {"title": "T\x00"}, "id": "p-nul"}, 400, "project.title"),
        ({"card": {"title": "\u3164"}, "id": "p-unseen"}, 400, "project.title"),
        ({"card": {"title": "\u202eztrauq"}, "id": "p-turned"}, 400, "project.title"),
        ({"id": "Quartz", "card": {"title": "T"}}, 422, "id"),
        ({"id": "../etc", "card": {"title": "T"}}, 422, "id"),
        ({"id": "", "card": {"title": "T"}}, 422, "id"),
        ({"id": "x" * 41, "card": {"title": "T"}}, 422, "id"),
    ],
)
def test_what_is_no_project_is_refused_with_the_field_named(hall, new, status, subject):
    assert problem(hall.client("ada").post("/projects", json=new), status)["subject"] == subject


def test_half_a_character_is_no_title(hall):
    body = b'{"id": "p-half", "card": {"title": "\\ud800"}}'
    headers = {"Content-Type": "application/json"}
    problem(hall.client("ada").post("/projects", content=body, headers=headers), 422)


@pytest.mark.parametrize("instrument", ["\\ud800", "\\u0000"])
def test_half_a_character_is_no_instrument(hall, instrument):
    where = '"project": "p", "proposal": "q", "sample": "s", "title": "T"'
    body = f'{{{where}, "instrument": "{instrument}"}}'.encode()
    headers = {"Content-Type": "application/json"}
    problem(hall.client("ada").post("/experiments", content=body, headers=headers), 400)


def test_half_a_character_is_told_in_a_problem():
    answer = problem_response(problem_of(NotFound("no \ud800.", subject="\ud800", remedy="Look.")))
    assert json.loads(answer.body)["subject"] == "\\ud800"


def test_names_that_are_the_same_identifier_are_a_conflict_and_change_nothing(hall):
    first = {"card": {"title": "Körner & Phasen"}}
    mine = made(hall.client("ada").post("/projects", json=first))["id"]
    for title in ("körner &  phasen", "KÖRNER & PHASEN", "Ko\u0308rner & Phasen"):
        for name in ("ada", "eve"):
            answer = hall.client(name).post("/projects", json={"card": {"title": title}})
            assert problem(answer, 409)["subject"] == mine
    told = hall.client("ada").get(f"/projects/{mine}").json()
    assert told["card"]["title"] == "Körner & Phasen"


def test_titles_that_differ_where_an_identifier_shows_nothing_are_two_projects(hall):
    titles = ("Korn & Phase", "Korn + Phase", "Korn Phase", "项目", "計画")
    rows = [made(hall.client("ada").post("/projects", json={"card": {"title": one}}))
            for one in titles]  # fmt: skip
    assert len({row["id"] for row in rows}) == len(titles)


def test_a_project_sent_twice_with_the_same_key_is_made_once(hall):
    new = {"id": "p-once", "card": {"title": "Once"}}
    headers = {"Idempotency-Key": str(uuid4())}
    first = hall.client("ada").post("/projects", json=new, headers=headers)
    again = hall.client("ada").post("/projects", json=new, headers=headers)
    assert made(first) == made(again)
    problem(hall.client("ada").post("/projects", json=new), 409)


def test_a_card_is_no_place_for_megabytes(hall):
    path = f"/projects/{hall.project()}"
    problem(edit(hall.client("ada"), path, {"title": "T", "description": "x" * 10**7}, 1), 422)
    problem(edit(hall.client("ada"), path, {"title": "T", "description": "x" * 34_000_000}, 1), 413)


def test_only_who_may_makes_a_proposal_and_only_in_a_project_that_is(hall):
    project = hall.project()
    new = {"id": "q", "card": {"title": "2026-A", "identifier": "BT-42"}}
    told = made(hall.client("ada").post(f"/projects/{project}/proposals", json=new))
    assert (told["project"], told["id"], told["card"]["identifier"]) == (project, "q", "BT-42")
    problem(hall.client("ada").post(f"/projects/{project}/proposals", json=new), 409)
    problem(hall.client("ada").post("/projects/p-none/proposals", json=new), 404)
    problem(hall.client("eve").post(f"/projects/{project}/proposals", json=new), 404)
    problem(hall.bearer(None).post(f"/projects/{project}/proposals", json=new), 401)


def test_a_proposal_is_edited_by_its_version(hall):
    project = hall.project()
    path = f"/projects/{project}/proposals"
    made(hall.client("ada").post(path, json={"id": "q", "card": {"title": "Q"}}))
    assert edit(hall.client("ada"), f"{path}/q", {"title": "R"}, 1).json()["version"] == 2
    problem(edit(hall.client("ada"), f"{path}/q", {"title": "S"}, 1), 412)
    assert hall.client("ada").get(f"{path}/q").json()["card"]["title"] == "R"


def test_proposals_are_listed_in_pages_for_who_sees_the_project(hall):
    project = hall.project()
    path = f"/projects/{project}/proposals"
    for name in ("a", "b", "c"):
        made(hall.client("ada").post(path, json={"id": name, "card": {"title": name}}))
    first = hall.client("ada").get(path, params={"limit": 2}).json()
    rest = hall.client("ada").get(path, params={"limit": 2, "after": first["next"]}).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ["c", "b", "a"]
    assert rest["next"] is None
    empty = hall.project()
    assert hall.client("ada").get(f"/projects/{empty}/proposals").json()["items"] == []


def test_experiments_are_counted_for_each_as_they_are_seen(hall):
    project = hall.project()
    hall.experiment(project)
    hall.experiment(project, restricted=True)
    hall.join(project, "bob", "viewer")

    def counted(name):
        client = hall.client(name)
        items = client.get("/projects", params={"limit": 500}).json()["items"]
        (listed,) = [one["experiments"] for one in items if one["id"] == project]
        (proposal,) = client.get(f"/projects/{project}/proposals").json()["items"]
        one = client.get(f"/projects/{project}").json()["experiments"]
        return listed, proposal["experiments"], one

    assert counted("ada") == (2, 2, 2)
    assert counted("bob") == (1, 1, 1)


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": 501}, {"limit": "many"}, {"text": "x" * 201}],
)
def test_a_wrong_filter_is_a_problem(hall, params):
    problem(hall.client("ada").get("/projects", params=params), 422)


def test_what_is_empty_is_removed_from_below_by_who_may(hall):
    sample = hall.sample()
    proposal, project = sample.rpartition("/samples")[0], sample.rpartition("/proposals")[0]
    ada = hall.client("ada")
    for path, held in ((project, "1 proposal (q)"), (proposal, "1 sample (s-1)")):
        told = problem(ada.delete(path, headers={"If-Match": '"v1"'}), 409)
        assert held in told["detail"]
        assert told["subject"] == path.removeprefix("/projects/").replace("/proposals", "")
    hall.join(project.rpartition("/")[2], "bob", "editor")
    for path in (sample, proposal, project):
        problem(hall.client("bob").delete(path, headers={"If-Match": '"v1"'}), 403)
        problem(ada.delete(path), 428)
        problem(ada.delete(path, headers={"If-Match": '"v2"'}), 412)
        assert ada.delete(path, headers={"If-Match": '"v1"'}).status_code == 204
        problem(ada.get(path), 404)
        problem(ada.delete(path, headers={"If-Match": '"v1"'}), 404)


def test_what_was_given_up_holds_its_sample_and_a_token_removes_nothing(hall):
    project = hall.project()
    experiment = hall.experiment(project)
    ada = hall.client("ada")
    ada.post(f"/experiments/{experiment}/give-up", json={"reason": "wrong"}).raise_for_status()
    path = f"/projects/{project}/proposals/q/samples/s"
    told = problem(ada.delete(path, headers={"If-Match": '"v1"'}), 409)
    assert experiment in told["detail"]
    assert "given up" in told["detail"]
    new = {"name": "t", "scopes": ["read", "deposit", "edit"], "expires_at": in_days(1)}
    token = hall.bearer(made(ada.post("/tokens", json=new))["token"])
    told = problem(token.delete(f"/projects/{project}", headers={"If-Match": '"v1"'}), 403)
    assert "a token is not enough" in told["detail"]


def test_a_project_that_was_removed_can_be_made_again_and_has_no_members_of_before(hall):
    project = hall.project()
    hall.join(project, "bob", "viewer")
    path = f"/projects/{project}"
    hall.client("ada").delete(path, headers={"If-Match": '"v1"'}).raise_for_status()
    new = {"id": project, "card": {"title": "Again"}}
    assert made(hall.client("eve").post("/projects", json=new))["owner"] == hall.subject("eve")
    for name in ("ada", "bob"):
        problem(hall.client(name).get(path), 404)
