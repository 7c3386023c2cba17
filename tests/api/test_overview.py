"""``/overview`` and ``/upkeep``: what home says, and to whom."""

from __future__ import annotations

from tests.api.hall import problem


def test_everyone_sees_at_a_glance_what_they_may_see(hall):
    project = hall.project("uma")
    draft = hall.experiment(project, "uma")
    sealed = hall.sealed(project, "Sealed of uma", "uma")
    told = hall.client("uma").get("/overview").json()
    assert told["counts"]["draft"] == 1
    assert [one["id"] for one in told["drafts"]["items"]] == [draft]
    assert [one["id"] for one in told["running"]["items"]] == [sealed]
    assert told["running"]["items"][0]["depositor_name"] == "Uma"
    assert (told["needy"]["total"], told["alike"]) == (0, [])
    other = hall.client("zoe").get("/overview").json()
    assert not any(other["counts"].values())


def test_of_ones_own_is_less_than_of_all(hall):
    project = hall.project("ulf")
    hall.join(project, "uta", "editor", owner="ulf")
    hall.experiment(project, "ulf")
    assert hall.client("uta").get("/overview").json()["counts"]["draft"] == 1
    mine = hall.client("uta").get("/overview", params={"mine": True}).json()
    assert not any(mine["counts"].values())


def test_strangers_see_nothing_and_are_asked_who_they_are_for_their_own(hall):
    nobody = hall.bearer(None)
    assert not any(nobody.get("/overview").json()["counts"].values())
    problem(nobody.get("/overview", params={"mine": True}), 401)


def test_upkeep_is_an_administrators(hall):
    told = hall.client("root").get("/upkeep").json()
    assert told["disks"][0]["free"] <= told["disks"][0]["total"]
    assert told["left"] == []
    for name in ("ada", "stew"):
        problem(hall.client(name).get("/upkeep"), 403)
