"""How an experiment is cited, and what became of its files, over the API."""

from __future__ import annotations

from tests.api.told import problem


def test_a_citation_is_told_whole_as_a_sentence_and_as_bibtex(client, made):
    path = f"/experiments/{made['valid']}/citation"
    told = client.get(path).json()
    assert told["title"] == "Diffraction of quartz"
    assert (told["year"], told["identifier"]) == (2026, made["valid"])
    assert told["creators"]
    text = client.get(path, params={"as": "text"})
    assert (text.text, text.headers["content-type"]) == (
        told["text"], "text/plain; charset=utf-8",
    )  # fmt: skip
    entry = client.get(path, params={"as": "bibtex"})
    assert entry.text == told["bibtex"]
    assert entry.text.startswith("@misc{")
    assert entry.headers["content-type"].startswith("application/x-bibtex")
    problem(client.get(path, params={"as": "ris"}), 422)
    problem(client.get("/experiments/e-none/citation"), 404)


def test_what_became_of_each_file_is_told_those_that_failed_first(client, made):
    told = client.get(f"/experiments/{made['invalid']}/file-reports").json()
    assert [(one["file"], one["outcome"]) for one in told] == [
        ("broken.dm3", "failed"), ("test-1.dm3", "read"),
    ]  # fmt: skip
    assert told[0]["why"][0]["severity"] == "error"
    assert told[1]["measurements"] == 1
    assert client.get(f"/experiments/{made['sealed']}/file-reports").json() == []


def test_the_links_of_an_experiment_lead_to_both(client, made):
    links = client.get(f"/experiments/{made['valid']}").json()["links"]
    for name in ("citation", "files"):
        assert client.get(links[name].removeprefix("/api/v1")).status_code == 200
