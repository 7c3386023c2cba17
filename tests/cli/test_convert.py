"""``emfair convert``: containers in a folder of one's own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def test_converting_a_bad_file_is_a_finding_and_the_good_one_goes_on(emfair, image, tmp_path):
    broken = tmp_path / "broken.dm3"
    broken.write_bytes(image.read_bytes()[:300])
    said = emfair("convert", broken, image, "-o", tmp_path / "out", "--json")
    assert said.code == 1
    by_file = {one["file"]: one for one in said.json}
    assert by_file["broken.dm3"]["findings"][0]["severity"] == "error"
    assert len(by_file["test-1.dm3"]["containers"]) == 1
    assert "broken.dm3" in emfair("convert", broken, "-o", tmp_path / "out").out


def test_a_profile_fills_in_the_instrument(emfair, image, home, tmp_path):
    (home / "instruments").mkdir(parents=True)
    (home / "instruments" / "titan.yaml").write_text("{vendor: FEI, model: Titan}")
    said = emfair("convert", image, "-o", tmp_path / "out", "--instrument", "titan", "--json")
    facts = said.json[0]["containers"][0]["facts"]
    assert {"FEI", "Titan"} <= {fact["value_text"] for fact in facts if fact["source"] == "profile"}


@pytest.mark.parametrize(
    "content", [None, "[", "- list", "vendr: x", "text", "model: 2026-13-45", "[" * 5000]
)
def test_a_profile_that_cannot_be_read_is_a_wrong_call(emfair, image, tmp_path, content):
    profile = tmp_path / "profile.yaml"
    if content is not None:
        profile.write_text(content)
    said = emfair("convert", image, "-o", tmp_path / "out", "--instrument", profile)
    assert said.code == 2
    said.one_error()


def test_a_folder_that_cannot_be_made_is_a_wrong_call(emfair, image):
    said = emfair("convert", image, "-o", image / "below")
    assert said.code == 2
    assert "cannot be made a folder" in said.one_error()


def test_a_profile_of_a_name_too_long_for_any_file_is_a_wrong_call(emfair, image, tmp_path):
    said = emfair("convert", image, "-o", tmp_path / "out", "--instrument", "x" * 300)
    assert said.code == 2
    said.one_error()


def test_a_folder_where_nothing_can_be_written_is_a_wrong_call(emfair, image):
    said = emfair("convert", image, "-o", "/proc")
    assert said.code == 2
    assert "nothing can be written there" in said.one_error()


def test_a_folder_in_the_way_of_a_container_is_a_wrong_call(emfair, image, tmp_path):
    (made,) = emfair("convert", image, "-o", tmp_path / "a", "--json").json[0]["containers"]
    (tmp_path / "b" / Path(made["path"]).name).mkdir(parents=True)
    said = emfair("convert", image, "-o", tmp_path / "b")
    assert said.code == 2
    assert "is a folder" in said.one_error()
    assert [path.name for path in (tmp_path / "b").iterdir()] == [Path(made["path"]).name]


def test_a_closed_terminal_leaves_no_scratch_folder(image, tmp_path):
    program = Path(sys.executable).with_name("emfair")
    out = tmp_path / "out"
    command = [program, "convert", *[image] * 1, "-o", out]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        while not list(out.glob(".emfair-*")):
            time.sleep(0.01)
        running.send_signal(signal.SIGHUP)
    assert list(out.glob(".*")) == []


def told_of(said, command: str) -> dict[str, list[dict]]:
    """Return what was found in each container, by its name, and check that its verdict is there."""
    found = (
        [(one["path"], one) for file in said for one in file["containers"]]
        if command == "convert"
        else [(one["file"], one) for one in said["files"]]
    )
    assert {one["verdict"] for _, one in found} == {"valid"}
    return {Path(path).name: one["findings"] for path, one in found}


def test_converting_and_validating_tell_the_same_of_a_container(emfair, corpus, notes, tmp_path):
    files = [corpus / "dm3_2D_data" / name for name in ("multi_signal.dm3", "test_STEM_image.dm3")]
    made = emfair("convert", *files, "-o", tmp_path / "out", "-a", notes, "--json").json
    judged = emfair("validate", tmp_path / "out", "--json").json
    assert told_of(made, "convert") == told_of(judged, "validate")
    assert {one["severity"] for found in told_of(made, "convert").values() for one in found} == {
        "recommended"
    }
    said = [
        emfair("convert", *files, "-o", tmp_path / "out", "-a", notes),
        emfair("validate", tmp_path / "out"),
    ]
    assert [one.code for one in said] == [0, 0]
    assert said[0].out.splitlines()[-2:] == said[1].out.splitlines()[-2:]
    assert said[0].out.splitlines()[-2].startswith("3 containers: 3 valid (")
    for one in said:
        assert "Physical form: recommended, but not given." in one.out
    assert "the file something else" in said[0].out, "only of the raw file it is known"


def test_what_only_a_person_can_fill_in_is_told_and_no_failure(emfair, image, tmp_path):
    said = emfair("convert", image, "-o", tmp_path / "out")
    assert said.code == 0
    assert "Elements in the sample: required, but not given." in said.out
    assert said.out.splitlines()[-1].startswith("Next: write what is missing")


def test_findings_of_signals_of_one_file_are_told_once_the_most_severe_first(
    emfair, corpus, tmp_path
):
    image = corpus / "dm3_2D_data" / "multi_signal.dm3"
    lines = emfair("convert", image, "-o", tmp_path / "out").out.splitlines()
    rows = [line for line in lines if "required, but not given" in line]
    assert len(rows) == len(set(rows)) > 1
    (head,) = [place for place, line in enumerate(lines) if " severity " in line]
    severities = [line.split()[1] for line in lines[head + 1 :] if line.startswith(" multi_")]
    assert severities == sorted(severities, key=["missing", "warning", "recommended", "note"].index)
