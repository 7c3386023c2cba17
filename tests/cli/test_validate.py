"""``emfair validate``: the verdict on containers."""

from __future__ import annotations

from pathlib import Path


def test_what_is_converted_with_all_annotations_is_valid(emfair, image, notes, tmp_path):
    out = tmp_path / "out"
    said = emfair("convert", image, "-o", out, "-a", notes, "--json")
    assert said.code == 0
    (one,) = said.json
    (container,) = one["containers"]
    assert Path(container["path"]).parent == out
    verdict = emfair("validate", out, "--json")
    assert (verdict.code, verdict.json["files"][0]["verdict"]) == (0, "valid")
    assert verdict.json["nxdl"]
    assert "valid" in emfair("validate", container["path"]).out


def test_a_verdict_that_is_not_valid_ends_with_1_and_says_what_to_do(emfair, image, tmp_path):
    emfair("convert", image, "-o", tmp_path / "out")
    said = emfair("validate", tmp_path / "out", "--json")
    assert said.code == 1
    (one,) = said.json["files"]
    assert one["verdict"] == "needs-input"
    assert all(finding["hint"] for finding in one["findings"] if finding["severity"] == "missing")
    assert "needs-input" in emfair("validate", tmp_path / "out").out


def test_validating_what_is_no_container_is_told(emfair, image, tmp_path):
    said = emfair("validate", image, "--json")
    assert (said.code, said.json["files"][0]["verdict"]) == (1, "invalid")
    said = emfair("validate", tmp_path / "nowhere.nxs")
    assert said.code == 2
    said.one_error()
    (tmp_path / "empty").mkdir()
    assert "holds no .nxs file" in emfair("validate", tmp_path / "empty").one_error()
