"""What is no container of ours, or none any more, is refused in words."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pytest

from emfair.model.findings import Severity, Verdict, verdict_of
from emfair.validation.validate import validate_container


def only_rule(path):
    findings = validate_container(path)
    assert verdict_of(findings) is Verdict.INVALID
    assert all(finding.hint for finding in findings)
    return [finding.rule for finding in findings]


@pytest.mark.parametrize("number", [3, np.uint8(3), [3], [[3]], [1, 2], 0.5])
def test_a_class_that_is_a_number_is_no_class(container, number):
    def spoil(entry, trees):
        entry.attrs["NX_class"] = number

    assert only_rule(container(spoil)) == ["no-entry"]


@contextmanager
def without_privileges():
    """Root may read everything: be somebody else for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("closed", ["m.nxs", "."])
def test_what_may_not_be_read_is_a_finding_in_the_systems_words(closed):
    with tempfile.TemporaryDirectory() as name:  # pytest's own folder is closed to others
        folder = Path(name) / "session"
        folder.mkdir()
        Path(name).chmod(0o755)
        path = folder / "m.nxs"
        path.write_bytes(b"x")
        (folder / closed).chmod(0)
        with without_privileges():
            (told,) = validate_container(path)
        folder.chmod(0o755)
    assert (told.rule, told.severity) == ("unreadable", Severity.ERROR)
    assert told.message == "The file cannot be read (Permission denied)."
    assert "permission" in told.hint


def test_a_name_longer_than_any_file_has_is_a_finding(tmp_path):
    (told,) = validate_container(tmp_path / ("x" * 300) / "a.nxs")
    assert told.message == "The file cannot be read (File name too long)."


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / "m.nxs").touch()
    assert only_rule(tmp_path / "m.nxs") == ["empty-file"]


def test_another_format_is_said_to_be_no_hdf5(tmp_path):
    (tmp_path / "m.nxs").write_bytes(b"\x00\x00\x00\x03" * 999)
    assert only_rule(tmp_path / "m.nxs") == ["not-hdf5"]


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_a_truncated_container_is_said_to_be_cut_off(container, kept):
    path = container(lambda entry, trees: trees.image(entry, (64, 64)))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert only_rule(path) == ["truncated-file"]


def test_damage_inside_never_crashes_the_validation(container):
    path = container(lambda entry, trees: trees.image(entry, (64, 64)))
    whole, content = validate_container(path), path.read_bytes()
    told = set()
    for start in range(256, len(content), 512):
        path.write_bytes(content[:start] + b"\xff" * 64 + content[start + 64 :])
        if validate_container(path) != whole:  # else pixels were hit, or what nothing uses
            told.update(only_rule(path))
    assert {"truncated-file", "validator-crashed"} <= told


def test_an_entry_whose_name_is_damaged_is_said_to_be_damage(container):
    path = container(lambda entry, _: entry.file.move("entry", "entry12"))
    path.write_bytes(path.read_bytes().replace(b"entry12", b"entry1\xc7"))
    assert only_rule(path) == ["truncated-file"]
    assert "entry1" in validate_container(path)[0].message


def test_a_name_inside_that_is_no_text_never_crashes_the_validation(container):
    path = container(lambda entry, trees: trees.image(entry))
    content = path.read_bytes()
    for name in (b"sample1", b"atom_types", b"measurement", b"instrument", b"image1", b"real"):
        path.write_bytes(content.replace(name, name[:-1] + b"\xc7"))
        assert "validator-crashed" in only_rule(path)


def test_a_file_without_entry_is_no_nexus_file(tmp_path):
    with h5py.File(tmp_path / "m.nxs", "w") as file:
        file["data"] = [1, 2, 3]
    assert only_rule(tmp_path / "m.nxs") == ["no-entry"]


def test_an_entry_without_definition_is_refused(container):
    path = container(lambda entry, _: entry.__delitem__("definition"))
    assert only_rule(path) == ["no-definition"]


def test_another_definition_is_refused_by_its_name(container):
    path = container(lambda entry, trees: trees.replace(entry, "definition", "NXmpes"))
    assert only_rule(path) == ["other-definition"]
    assert "NXmpes" in validate_container(path)[0].message


def test_other_entries_beside_ours_are_noted_and_ours_judged(container):
    def spoil(entry, trees):
        trees.group(entry.file, "calibration", "NXentry")["definition"] = "NXspe"
        del entry["start_time"]

    findings = {(f.rule, f.path) for f in validate_container(container(spoil))}
    assert ("other-entry", "/calibration") in findings
    assert ("missing-required-field", "/entry/start_time") in findings
