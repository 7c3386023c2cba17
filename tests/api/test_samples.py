"""Samples: cards, families, barcodes; by people who may and who may not."""

from __future__ import annotations

import threading

import pytest

from tests.api.hall import made, problem
from tests.registry.together import run_together

FULL = {
    "title": "Lamella 1",
    "elements": ["Si", "O"],
    "formula": "SiO2 auf Ti⁴⁺",
    "physical_form": "foil",
    "preparation_date": "2026-01-20T00:00:00+01:00",
    "is_simulation": False,
    "thickness": "80 nm",
    "identifier": "igsn:10273/X",
}


def edit(client, path, card, version):
    return client.put(path, json=card, headers={"If-Match": f'"v{version}"'})


def test_a_sample_keeps_what_its_card_says(hall):
    path = hall.sample()
    told = edit(hall.client("ada"), path, FULL, 1).json()
    assert told["card"] == FULL | {"description": None}
    assert (told["proposal"], told["id"], told["version"]) == ("q", "s-1", 2)
    assert hall.client("ada").get(path).json() == told


@pytest.mark.parametrize(
    ("wrong", "subject"),
    [
        ({"thickness": "80"}, "sample.thickness"),
        ({"thickness": "80 kV"}, "sample.thickness"),
        ({"thickness": "thin"}, "sample.thickness"),
        ({"thickness": "-5 nm"}, "sample.thickness"),
        ({"elements": ["Xx"]}, "elements.0"),
        ({"elements": ["Si", "Si"]}, "elements"),
        ({"preparation_date": "2026-01-20"}, "preparation_date"),
        ({"preparation_date": "2026-01-20T00:00:00"}, "preparation_date"),
        ({"preparation_date": "9999-12-31T23:59:59-12:00"}, "preparation_date"),
        ({"is_simulation": "perhaps"}, "is_simulation"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field_named(hall, wrong, subject):
    path = hall.sample()
    told = problem(edit(hall.client("ada"), path, {"title": "S"} | wrong, 1), 422)
    assert told["subject"] == subject
    new = {"id": "other", "card": {"title": "S"} | wrong}
    told = problem(hall.client("ada").post(path.rpartition("/")[0], json=new), 422)
    assert told["subject"].endswith(subject)
    assert hall.client("ada").get(path).json()["version"] == 1


def test_samples_are_listed_in_pages_for_who_sees_them(hall):
    path = hall.sample(name="a")
    for name in ("b", "c"):
        hall.sibling(path, name)
    above = path.rpartition("/")[0]
    first = hall.client("ada").get(above, params={"limit": 2}).json()
    rest = hall.client("ada").get(above, params={"limit": 2, "after": first["next"]}).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ["c", "b", "a"]
    found = hall.client("ada").get(above, params={"text": "B"}).json()["items"]
    assert [one["id"] for one in found] == ["b"]
    problem(hall.client("eve").get(above), 404)
    problem(hall.client("eve").get(above, params={"after": "a"}), 404)
    problem(hall.client("ada").get(above, params={"after": "none"}), 404)


def test_whoever_made_a_sample_still_finds_it_when_they_have_left_the_project(hall):
    path = hall.sample()
    project = path.split("/")[2]
    hall.join(project, "bob", "editor")
    mine = hall.sibling(path, "bobs", owner="bob")
    members = {"params": {"subject": hall.subject("bob")}}
    hall.client("ada").delete(f"/projects/{project}/members", **members)
    listed = hall.client("bob").get(path.rpartition("/")[0]).json()["items"]
    assert [one["id"] for one in listed] == ["bobs"]
    problem(hall.client("bob").get(path), 404)
    assert edit(hall.client("bob"), mine, {"title": "Mine"}, 1).status_code == 200


def test_a_family_is_told_both_ways(hall):
    ingot = hall.sample(name="ingot")
    slice_ = hall.sibling(ingot, "slice")
    for _ in range(2):
        assert hall.client("ada").put(f"{slice_}/parents/q/ingot").status_code == 204
    told = hall.client("ada").get(f"{slice_}/relatives").json()
    assert [(one["sample"], one["title"]) for one in told["parents"]] == [("ingot", "ingot")]
    told = hall.client("ada").get(f"{ingot}/relatives").json()
    assert [one["sample"] for one in told["children"]] == ["slice"]
    for _ in range(2):
        assert hall.client("ada").delete(f"{slice_}/parents/q/ingot").status_code == 204
    assert hall.client("ada").get(f"{slice_}/relatives").json() == {"parents": [], "children": []}


def test_a_circle_and_a_stranger_are_no_parents(hall):
    ingot = hall.sample(name="ingot")
    slice_ = hall.sibling(ingot, "slice")
    hall.client("ada").put(f"{slice_}/parents/q/ingot")
    problem(hall.client("ada").put(f"{ingot}/parents/q/slice"), 409)
    problem(hall.client("ada").put(f"{ingot}/parents/q/ingot"), 409)
    problem(hall.client("ada").put(f"{ingot}/parents/q/none"), 404)
    problem(hall.client("ada").put(f"{ingot}/parents/..%2F..%2Fx/y"), 404)


def test_two_that_would_close_a_circle_at_once_do_not(hall):
    left = hall.sample(name="left")
    right = hall.sibling(left, "right")
    pairs, statuses = [(left, "right"), (right, "left")], []
    barrier = threading.Barrier(2)

    def derive() -> None:
        child, parent = pairs.pop()
        barrier.wait()
        statuses.append(hall.client("ada").put(f"{child}/parents/q/{parent}").status_code)

    run_together(derive, 2)
    assert sorted(statuses) == [204, 409]


def test_relatives_are_those_that_may_be_seen(hall):
    ingot = hall.sample(name="ingot")
    project = ingot.split("/")[2]
    hall.join(project, "bob", "editor")
    mine = hall.sibling(ingot, "bobs", owner="bob")
    hall.client("bob").put(f"{mine}/parents/q/ingot")
    params = {"subject": hall.subject("bob")}
    hall.client("ada").delete(f"/projects/{project}/members", params=params)
    assert hall.client("bob").get(f"{mine}/relatives").json()["parents"] == []
    assert len(hall.client("ada").get(f"{mine}/relatives").json()["parents"]) == 1
    problem(hall.client("bob").put(f"{mine}/parents/q/ingot"), 404)


@pytest.mark.parametrize(
    "text",
    [
        "FIB-0042",
        "..",
        "../../etc/passwd",
        "https://example.org/x?y=1&z=2#3",
        "50 % µm",
        "'; DROP TABLE barcode; --",
        "🔬" * 100,
    ],
)
def test_a_barcode_finds_its_sample_whatever_it_holds(hall, text):
    path = hall.sample()
    for _ in range(2):
        answer = hall.client("ada").put(f"{path}/barcodes", params={"text": f" {text} "})
        assert answer.status_code == 204, answer.text
    assert hall.client("ada").get(f"{path}/barcodes").json() == [text]
    found = hall.client("ada").get("/samples", params={"barcode": text})
    assert found.json()["id"] == "s-1"
    assert found.headers["etag"] == '"v1"'
    for _ in range(2):
        hall.client("ada").delete(f"{path}/barcodes", params={"text": text})
    problem(hall.client("ada").get("/samples", params={"barcode": text}), 404)


@pytest.mark.parametrize(
    ("text", "status"), [("", 422), ("x" * 201, 422), (" ", 400), ("\x00", 400)]
)
def test_what_is_no_barcode_is_refused(hall, text, status):
    path = hall.sample()
    problem(hall.client("ada").put(f"{path}/barcodes", params={"text": text}), status)
    problem(hall.client("ada").get("/samples", params={"barcode": text}), status)


@pytest.mark.parametrize("text", ["\u202e", "\u200b", "\x1d", "a\u202eb", "\u2066\u2069"])
def test_a_barcode_that_nobody_sees_or_that_shows_another_is_refused(hall, text):
    path = hall.sample()
    told = problem(hall.client("ada").put(f"{path}/barcodes", params={"text": text}), 400)
    assert told["subject"] == "barcode"
    assert hall.client("ada").get(f"{path}/barcodes").json() == []


def test_a_barcode_keeps_the_separators_that_a_scanner_reads(hall):
    path, text = hall.sample(), "0104012345678901\x1d21FIB-42"
    answer = hall.client("ada").put(f"{path}/barcodes", params={"text": text})
    assert answer.status_code == 204
    assert hall.client("ada").get(f"{path}/barcodes").json() == [text]


def test_a_barcode_is_the_same_however_its_accents_are_composed(hall):
    path = hall.sample()
    hall.client("ada").put(f"{path}/barcodes", params={"text": "Na\u0308h"})
    for text in ("N\u00e4h", "Na\u0308h"):
        assert hall.client("ada").get("/samples", params={"barcode": text}).status_code == 200
        problem(hall.client("ada").get("/samples", params={"barcode": text.lower()}), 404)
    hall.client("ada").delete(f"{path}/barcodes", params={"text": "N\u00e4h"})
    assert hall.client("ada").get(f"{path}/barcodes").json() == []


def test_a_barcode_of_a_sample_that_may_not_be_seen_is_not_there(hall):
    path = hall.sample()
    hall.client("ada").put(f"{path}/barcodes", params={"text": "hidden-1"})
    for client in (hall.client("eve"), hall.bearer(None)):
        told = problem(client.get("/samples", params={"barcode": "hidden-1"}), 404)
        never = problem(client.get("/samples", params={"barcode": "hidden-2"}), 404)
        assert told["detail"] == never["detail"]
        assert path.split("/")[2] not in str(told)


def test_a_barcode_on_another_sample_is_a_conflict_that_names_it_to_who_may_see_it(hall):
    path = hall.sample()
    project = path.split("/")[2]
    hall.client("ada").put(f"{path}/barcodes", params={"text": "taken-1"})
    beside = hall.sibling(path, "s-2")
    again = hall.client("ada").put(f"{beside}/barcodes", params={"text": "taken-1"})
    assert f"{project}/q/s-1" in problem(again, 409)["detail"]
    elsewhere = hall.sample(owner="eve")
    hidden = hall.client("eve").put(f"{elsewhere}/barcodes", params={"text": "taken-1"})
    assert project not in str(problem(hidden, 409))


def test_nobody_takes_a_barcode_off_anothers_sample(hall):
    path, elsewhere = hall.sample(), hall.sample(owner="eve")
    hall.client("ada").put(f"{path}/barcodes", params={"text": "stays"})
    hall.client("eve").delete(f"{elsewhere}/barcodes", params={"text": "stays"})
    problem(hall.client("eve").delete(f"{path}/barcodes", params={"text": "stays"}), 404)
    assert hall.client("ada").get(f"{path}/barcodes").json() == ["stays"]


def test_a_viewer_changes_nothing(hall):
    path = hall.sample()
    hall.join(path.split("/")[2], "bob", "viewer")
    bob = hall.client("bob")
    assert bob.get(f"{path}/relatives").status_code == 200
    problem(edit(bob, path, {"title": "B"}, 1), 403)
    problem(bob.put(f"{path}/parents/q/s-1"), 403)
    problem(bob.put(f"{path}/barcodes", params={"text": "b"}), 403)
    problem(bob.post(path.rpartition("/")[0], json={"card": {"title": "B"}}), 403)


def test_experiments_on_a_sample_are_counted_as_they_are_seen(hall):
    path = hall.sample(name="s")
    project = path.split("/")[2]
    hall.experiment(project)
    hall.experiment(project, restricted=True)
    hall.join(project, "bob", "viewer")
    for name, number in (("ada", 2), ("bob", 1)):
        (one,) = hall.client(name).get(path.rpartition("/")[0]).json()["items"]
        assert one["experiments"] == number
        assert hall.client(name).get(path).json()["experiments"] == number


def test_a_sample_is_made_once_under_its_identifier(hall):
    path = hall.sample()
    new = {"id": "s-1", "card": {"title": "Another"}}
    problem(hall.client("ada").post(path.rpartition("/")[0], json=new), 409)
    assert hall.client("ada").get(path).json()["card"]["title"] == "s-1"
    assert made(hall.client("ada").post(path.rpartition("/")[0], json={"card": FULL}))["id"] == (
        "lamella-1"
    )
