"""``emfair inspect``: what is in files, deposited or not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.zspy import write_store


def test_inspecting_shows_signals_facts_and_what_is_missing(emfair, corpus):
    path = corpus / "dm3_2D_data" / "test_STEM_image.dm3"
    (one,) = emfair("inspect", path, "--json").json
    (signal,) = one["signals"]
    assert (signal["kind"], signal["shape"]) == ("image_2d", [68, 68])
    assert "acceleration_voltage" in {fact["key"] for fact in signal["facts"]}
    assert "sample.atom_types" in one["missing"]
    said = emfair("inspect", path)
    assert said.code == 0
    assert "200 kV" in said.out
    assert "Missing for NXem" in said.out


def test_annotations_count_when_inspecting(emfair, image, notes):
    (one,) = emfair("inspect", image, "-a", notes, "--json").json
    assert "sample.atom_types" not in one["missing"]


def test_files_read_together_are_named_together(emfair, corpus, tmp_path):
    for name in ("128x128-TEM_search.emi", "128x128-TEM_search_1.ser"):
        (tmp_path / name).write_bytes((corpus / "FEI_new" / name).read_bytes())
    (one,) = emfair("inspect", *tmp_path.glob("128*"), "--json").json
    assert (one["file"], one["companions"]) == (
        "128x128-TEM_search.emi", ["128x128-TEM_search_1.ser"],
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning")  # RosettaSciIO's store
def test_a_format_that_is_a_folder_is_inspected_and_converted(emfair, tmp_path):
    store = tmp_path / "made.zspy"
    write_store(store, np.arange(48, dtype="uint16").reshape(6, 8))
    (one,) = emfair("inspect", store, "--json").json
    assert (one["file"], one["problem"], len(one["signals"])) == ("made.zspy", "", 1)
    (one,) = emfair("convert", store, "-o", tmp_path / "out", "--json").json
    assert len(one["containers"]) == 1


def test_files_that_cannot_be_read_are_told_and_the_others_shown(emfair, image, tmp_path):
    broken, empty = tmp_path / "broken.dm3", tmp_path / "empty.dm3"
    broken.write_bytes(image.read_bytes()[:300])
    empty.write_bytes(b"")
    said = emfair("inspect", broken, empty, image, "--json")
    assert said.code == 1
    problems = {one["file"]: one["problem"] for one in said.json}
    assert problems["test-1.dm3"] == ""
    assert problems["broken.dm3"]
    assert "empty" in problems["empty.dm3"]
    assert all(one["remedy"] for one in said.json if one["problem"])
    assert emfair("inspect", broken).code == 1


def test_in_a_pipe_nothing_is_cut_or_broken(emfair, image, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    notes = tmp_path / "notes.yaml"
    notes.write_text(f"sample: {{name: {'quartz ' * 20}}}")
    said = emfair("inspect", image, "-a", notes)
    (row,) = [line for line in said.out.splitlines() if line.split()[:1] == ["sample_name"]]
    assert row.count("quartz") == 40, "the value, and as it was written"
    assert "…" not in said.out
    (missing,) = [line for line in said.out.splitlines() if line.startswith("Missing for NXem")]
    assert missing.endswith("--annotations.")
