"""``emfair doctor``: which store is sick."""

from __future__ import annotations

import pytest


def test_the_doctor_finds_a_fresh_home_fine(emfair):
    said = emfair("doctor", "--json")
    trouble = [one for one in said.json if not one["fine"]]
    assert (trouble, said.code) == ([], 0)
    assert {"Python", "lake", "registry", "chain", "home"} <= {one["what"] for one in said.json}


@pytest.mark.parametrize(
    ("variable", "value", "what"),
    [
        ("EMFAIR_LAKE_URL", "ftp://nowhere", "lake"),
        ("EMFAIR_LAKE_URL", "s3://bucket", "lake"),
        ("EMFAIR_LAKE_URL", "file:///proc/emfair", "lake"),
        ("EMFAIR_REGISTRY_URL", "mysql://x", "registry"),
        ("EMFAIR_REGISTRY_URL", "sqlite:////proc/emfair/registry.db", "registry"),
    ],
)
def test_the_doctor_names_the_store_that_is_sick(
    emfair, monkeypatch, no_server, variable, value, what
):
    monkeypatch.setenv(variable, value)
    said = emfair("doctor", "--json")
    assert said.code == 1
    (trouble,) = [one for one in said.json if not one["fine"]]
    assert trouble["what"] == what
    assert trouble["found"]
    assert trouble["remedy"]
    assert "✗" in emfair("doctor").out


def test_the_doctor_sees_a_registry_that_is_none(emfair, home):
    (home / "registry.db").write_bytes(b"no database at all" * 100)
    said = emfair("doctor", "--json")
    assert said.code == 1
    assert [one["what"] for one in said.json if not one["fine"]] == ["registry"]


def test_the_doctor_sees_a_home_that_is_a_file(emfair, home):
    home.rmdir()
    home.write_text("a file")
    said = emfair("doctor", "--json")
    assert said.code == 1
    assert "home" in [one["what"] for one in said.json if not one["fine"]]
