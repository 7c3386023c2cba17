"""``/people``: found by who has logged in, edited by themselves."""

from __future__ import annotations

from tests.api.hall import in_days, made, problem

CARD = "/people/card"


def edit(client, card, version, **params):
    return client.put(CARD, json=card, params=params, headers={"If-Match": f'"v{version}"'})


def test_a_first_login_makes_a_card_of_what_the_issuer_says(hall):
    told = hall.client("ada").get(CARD).json()
    assert told["subject"] == hall.subject("ada")
    assert told["card"] == {
        "name": "Ada", "email": "ada@lab.test", "orcid": None, "affiliation": None,
    }  # fmt: skip


def test_subjects_with_slashes_are_found(hall):
    hall.meet("bob")
    subject = hall.subject("bob")
    assert "/" in subject
    told = hall.client("ada").get(CARD, params={"subject": subject}).json()
    assert (told["subject"], told["card"]["name"]) == (subject, "Bob")


def test_people_are_found_by_words_for_whoever_invites_them(hall):
    hall.meet("bob", "eve")
    found = hall.client("ada").get("/people", params={"text": "BOB lab.test"}).json()["items"]
    assert [one["card"]["name"] for one in found] == ["Bob"]
    first = hall.client("ada").get("/people", params={"limit": 1}).json()
    after = {"limit": 500, "after": first["next"]}
    rest = hall.client("ada").get("/people", params=after).json()
    subjects = [one["subject"] for one in first["items"] + rest["items"]]
    assert len(subjects) == len(set(subjects))
    assert hall.subject("eve") in subjects


def test_who_has_not_logged_in_finds_nobody(hall):
    hall.meet("bob")
    project = hall.project()
    until = {"until": "2100-01-01T00:00:00Z"}
    link = made(hall.client("ada").post(f"/projects/{project}/referee-links", json=until))
    new = {"name": "n", "scopes": ["read"], "expires_at": in_days(1)}
    token = made(hall.client("ada").post("/tokens", json=new))["token"]
    problem(hall.bearer(None).get("/people"), 401)
    problem(hall.bearer(None).get(CARD), 401)
    for secret in (link["secret"], token):
        assert hall.bearer(secret).get("/people").json()["items"] == []
    bob = {"subject": hall.subject("bob")}
    problem(hall.bearer(link["secret"]).get(CARD, params=bob), 404)
    problem(hall.bearer(token).get(CARD, params=bob), 403)


def test_people_edit_themselves_and_nobody_else(hall):
    hall.meet("cid", "dora")
    card = {"name": "Cid C.", "orcid": "0000-0002-1825-0097", "affiliation": "EM"}
    told = edit(hall.client("cid"), card, 1).json()
    assert (told["version"], told["card"]["orcid"]) == (2, "0000-0002-1825-0097")
    problem(edit(hall.client("cid"), card, 1), 412)
    cid = hall.subject("cid")
    told = problem(edit(hall.client("dora"), {"name": "X"}, 2, subject=cid), 403)
    assert told["remedy"] == "Ask an administrator of this emfair."
    problem(edit(hall.client("stew"), {"name": "X"}, 2, subject=cid), 403)
    assert edit(hall.client("root"), {"name": "Cid"}, 2, subject=cid).json()["version"] == 3


def test_what_people_have_edited_stays_and_is_what_others_see(hall):
    hall.meet("fay")
    edit(hall.client("fay"), {"name": "Dr. Fay"}, 1)
    project = hall.project("fay")
    told = hall.client("stew").get(f"/projects/{project}").json()
    assert told["owner_name"] == "Dr. Fay"


def test_wrong_cards_are_refused(hall):
    hall.meet("gil")
    for card in (
        {"name": ""},
        {"name": "G", "email": "nobody"},
        {"name": "G", "orcid": "0000-0002-1825-0098"},
        {"name": "G", "subject": "root"},
    ):
        problem(edit(hall.client("gil"), card, 1), 422)
    problem(hall.client("gil").put(CARD, json={"name": "G"}), 428)


def test_odd_subjects_are_nobody(hall):
    for subject in ("", "none", "' OR 1=1 --", "ada", "🔬"):
        problem(hall.client("ada").get(CARD, params={"subject": subject}), 404)
        problem(hall.client("ada").get("/people", params={"after": subject}), 404)
    problem(hall.client("ada").get(CARD, params={"subject": "x" * 201}), 422)
    assert hall.client("ada").get(CARD, params={"subject": "\x00"}).status_code in (400, 404)
