"""Verdicts on real containers, beside pynxtools' validator as it comes: speed, and findings."""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measure import Work, in_worker
from bench.table import Figure

PART = "validation"
RICH = (
    "emd_files/fei_emd_files.zip", "FEI_new/*.emi", "dm4_2D_data/*.dm4",
    "dm_stackbuilder_plugin/*.dm3", "bruker_data/bruker_nano.spx", "tiff_files/*.zip",
)  # fmt: skip
"""Globs below the corpus: files with many tags and values."""


def figures(cache: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield seconds a warm container, and on how many both find the same."""
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        told = in_worker("bench.validation:judge_each", folder=folder, most=4 if quick else 16)
    times, baseline = told.result["ours"], told.result["pynxtools"]
    peer = "pynxtools' validator as it comes"
    for what, of in (("median", statistics.median), ("slowest", max)):
        name = f"{len(times)} rich containers, {what}, warm"
        yield Figure(PART, name, "s", of(times), peer, of(baseline))
    same = told.result["same"]
    yield Figure(PART, "containers in which both find the same", "", same, "all", len(times))


def judge_each(folder: str, most: int) -> Work:
    """Return the work of judging containers of real files, as emfair and as pynxtools does."""
    import h5py
    from pynxtools.dataconverter.validation import validate_hdf_group_against

    from emfair.demo.corpus import fetch, unpack
    from emfair.model.annotations import Annotations
    from emfair.service.conversion import convert_files
    from emfair.validation.trees import kept_trees
    from emfair.validation.views import GroupView
    from emfair.validation.visitor import Visitor
    from emfair.validation.walk import Walk

    logging.disable()
    corpus, scratch = fetch(), Path(folder)
    files: list[Path] = []
    for pattern in RICH:
        for path in sorted(corpus.glob(pattern)):
            if path.suffix == ".zip":
                unpack(path, scratch / path.stem)
                files += [one for one in (scratch / path.stem).rglob("*") if one.is_file()]
            else:
                files.append(path)
    outcomes = convert_files(files, scratch / "containers", Annotations())
    made = sorted(path for _, _, done in outcomes for path, _ in done.containers)
    chosen = [made[number * len(made) // most] for number in range(min(most, len(made)))]

    def ours(path: Path) -> None:
        with h5py.File(path) as file, kept_trees():
            Walk(GroupView(file["/"].id), "/entry", Visitor("NXem", "/entry")).go()

    def theirs(path: Path) -> None:
        with h5py.File(path) as file:
            validate_hdf_group_against("NXem", file["entry"], str(path))

    def work() -> dict[str, Any]:
        told: dict[str, Any] = {"ours": [], "pynxtools": [], "same": 0}
        for warm in (False, True):
            for path in chosen:
                with heard() as here:
                    started = time.perf_counter()
                    ours(path)
                    judged = time.perf_counter()
                with heard() as there:
                    begun = time.perf_counter()
                    theirs(path)
                    ended = time.perf_counter()
                if warm:
                    told["ours"].append(judged - started)
                    told["pynxtools"].append(ended - begun)
                    told["same"] += sorted(here) == sorted(there)
        return told

    return work


@contextmanager
def heard() -> Iterator[list[tuple[str, str, str]]]:
    """Yield a list of all that is told to pynxtools' collector meanwhile."""
    from pynxtools.dataconverter.helpers import collector

    told: list[tuple[str, str, str]] = []
    collector.collect_and_log = lambda path, problem, *more, **_: told.append(
        (path, problem.name, str(more))
    )
    try:
        yield told
    finally:
        del collector.collect_and_log
