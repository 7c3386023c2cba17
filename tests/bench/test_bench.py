"""The benchmark runs, and prints what it says it prints."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.scan import patterns_of, scan
from bench.table import Figure, lines
from bench.tilt_series import images_of, tilt_series
from emfair.vendor.read import read_signals

ROOT = Path(__file__).resolve().parents[2]


def test_the_index_is_measured_beside_its_baselines(tmp_path):
    target = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--only", "index", "--json", target,
         "--cache", tmp_path / "cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(target.read_text("utf-8"))["figures"]
    assert all(figure["ours"] > 0 and figure["theirs"] > 0 for figure in figures)
    assert {figure["baseline"] for figure in figures} >= {
        "DuckDB on the snapshot", "pyarrow on the snapshot",
    }  # fmt: skip
    for figure in figures:
        assert figure["what"] in done.stdout


def test_uploads_lists_and_ticks_are_measured_beside_their_targets(tmp_path):
    target = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--only", "uploads", "--only", "registry",
         "--only", "sensors", "--json", target, "--cache", tmp_path / "cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(target.read_text("utf-8"))["figures"]
    assert {figure["part"] for figure in figures} == {
        "uploads through the API", "the registry on PostgreSQL", "ticks of sensors",
    }  # fmt: skip
    assert all(figure["theirs"] > 0 for figure in figures)
    assert all(figure["ours"] > 0 for figure in figures if figure["unit"] != "MB")
    assert list((tmp_path / "cache").iterdir()) == [], "what was sent is removed"


def test_a_part_that_cannot_be_measured_says_why(tmp_path):
    broken = tmp_path / "cache" / "pynxtools-em-0.4.6" / "bin" / "dataconverter"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\necho no licence >&2\nexit 3\n")
    broken.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--only", "large",
         "--cache", tmp_path / "cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "h5py gzip-4 + shuffle" in done.stdout
    assert "tilt-series-4x2048x2048.mrc" in done.stdout
    assert "scan-16x32x256x256.blo" in done.stdout
    assert "no licence" in done.stdout


@pytest.mark.parametrize(
    ("make", "pixels", "sizes"),
    [(tilt_series, images_of, (3, 64)), (scan, patterns_of, (3, 5, 64))],
)
def test_the_large_files_are_what_a_reader_takes_them_for(make, pixels, sizes, tmp_path):
    path = make(tmp_path, *sizes)
    (signal,) = [one for one in read_signals(path) if one.data.ndim > 2]
    assert signal.data.shape[: len(sizes)] == sizes
    assert np.array_equal(np.asarray(signal.data), pixels(path))
    assert pixels(path).any()


@pytest.mark.parametrize(("better", "shown"), [("less", "0.5×"), ("more", "2×"), ("share", "200%")])
def test_a_ratio_above_one_is_always_the_better_one(better, shown):
    figure = Figure("part", "what", "s", 2.0, "baseline", 1.0, better)
    assert list(lines([figure]))[-1].split()[0] == shown


def test_a_figure_without_a_baseline_shows_its_reason():
    (*_, line) = lines([Figure("part", "what", "s", 1.0, remark="not installed here")])
    assert line.split()[0] == "–"
    assert line.endswith("not installed here")
