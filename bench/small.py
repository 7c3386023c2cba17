"""Small real files: what a person waits for at the command line, and what each costs in bulk."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from bench.measure import Measured, Work, command, in_worker, rounds
from bench.peers import PEER, Peer, peer
from bench.table import Failed, Figure

PART = "small files"
ONE = "dm3_2D_data/test_diffraction_pattern_tags_removed.dm3"
MANY = (
    "dm3_1D_data/test-*.dm3", "dm3_2D_data/*.dm3", "dm4_1D_data/*.dm4", "dm4_2D_data/*.dm4",
    "dm_stackbuilder_plugin/*.dm3", "msa_files/example*.msa", "emd_files/fei_example*.emd",
    "tiff_files/*.tif", "blockfile_data/*.blo", "FEI_new/*TEM*.emi",
)  # fmt: skip
"""Globs below the corpus; without Bruker's maps, which alone would take most of the time."""


def figures(cache: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield start to exit for one file, and seconds a file in one warm process."""
    corpus = Path(in_worker("bench.small:corpus").result)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        folder = Path(scratch)
        try:
            other: Peer | str = peer(cache)
        except Failed as error:
            other = str(error)
        yield from _cold(corpus / ONE, folder, other, count=1 if quick else 5)
        yield from _warm(_files(corpus, 6 if quick else 40), folder, other)


def corpus() -> Work:
    """Return the work that fetches the corpus."""
    from emfair.demo.corpus import fetch

    return lambda: str(fetch())


def _files(corpus: Path, count: int) -> list[Path]:
    """Return about `count` files, evenly from all globs' finds."""
    found = [path for pattern in MANY for path in sorted(corpus.glob(pattern))]
    return [found[number * len(found) // count] for number in range(count)]


def _cold(file: Path, folder: Path, other: Peer | str, count: int) -> Iterator[Figure]:
    emfair = Path(sys.executable).with_name("emfair")
    module = "import rsciio.digitalmicrograph as reader"
    convert, inspect, read, nothing = rounds(
        count,
        partial(command, [emfair, "convert", file, "-o", folder]),
        partial(command, [emfair, "inspect", file]),
        partial(command, [sys.executable, "-c", f"{module}; reader.file_reader({str(file)!r})"]),
        partial(command, [sys.executable, "-c", "pass"]),
    )
    size = f"DM3 of {file.stat().st_size / 1e3:.0f} kB"
    for verb, ours in (("convert", convert), ("inspect", inspect)):
        what = f"emfair {verb}, {size}, start to exit"
        yield Figure(PART, what, "s", ours.seconds, "RosettaSciIO reads it", read.seconds)
        yield Figure(PART, what, "s", ours.seconds, "python -c pass", nothing.seconds)
        if verb == "convert":
            yield _beside_peer(what, ours, other, file, folder, count)


def _beside_peer(
    what: str, ours: Measured, other: Peer | str, file: Path, folder: Path, count: int
) -> Figure:
    if isinstance(other, str):
        return Figure(PART, what, "s", ours.seconds, PEER, remark=other)
    (theirs,) = rounds(count, partial(other.convert, file, output=folder / "peer.nxs"))
    return Figure(PART, what, "s", ours.seconds, PEER, theirs.seconds)


def _warm(files: Sequence[Path], folder: Path, other: Peer | str) -> Iterator[Figure]:
    names = [str(path) for path in files]
    told = in_worker("bench.small:convert_each", files=names, folder=str(folder)).result
    ours, read = told["convert"], told["read"]
    what = f"{len(ours)} files, median of a file, warm"
    yield Figure(PART, what, "s", _median(ours), "RosettaSciIO reads it", _median(read))
    yield Figure(
        PART, f"{len(ours)} files together, warm", "s", sum(ours.values()),
        "RosettaSciIO reads them", sum(read.values()),
    )  # fmt: skip
    if isinstance(other, str):
        yield Figure(PART, what, "s", _median(ours), PEER, remark=other)
        return
    other.convert_each(files, folder)
    times = json.loads((folder / "times.json").read_text("utf-8"))
    taken = {name: seconds for name, seconds in times.items() if seconds is not None}
    yield Figure(PART, "files of them converted", "", len(ours), PEER, len(taken), "more")
    both = {name: ours[name] for name in taken if name in ours}
    theirs = {name: taken[name] for name in both}
    what = f"the {len(both)} that both convert"
    yield Figure(PART, f"{what}, median of a file, warm", "s", _median(both), PEER, _median(theirs))
    yield Figure(
        PART, f"{what}, together, warm", "s", sum(both.values()), PEER, sum(theirs.values())
    )


def _median(times: dict[str, float]) -> float | None:
    return statistics.median(times.values()) if times else None


def convert_each(files: list[str], folder: str) -> Work:
    """Return the work of converting files one by one, beside merely reading them, all warm.

    In this process, as the peer does: what `emfair convert` spreads over its crew.
    """
    from emfair.model.annotations import Annotations
    from emfair.model.canonical import sha256_file
    from emfair.nxem.convert import convert_file
    from emfair.nxem.dossier import Dossier, Source
    from emfair.provenance.record import shaping_versions
    from emfair.vendor.read import read_signals

    software = shaping_versions()

    def convert(file: str) -> bool:
        path = Path(file)
        source = Source(path.name, sha256_file(path))
        dossier = Dossier(source, Annotations(), "", software)
        return bool(convert_file(path, dossier, Path(folder)).written)

    def read(file: str) -> None:
        for signal in read_signals(Path(file)):
            getattr(signal.data, "compute", lambda: None)()

    def work() -> dict[str, dict[str, float]]:
        told: dict[str, dict[str, float]] = {"convert": {}, "read": {}}
        for warm in (False, True):
            for file in files:
                started = time.perf_counter()
                read(file)
                seen = time.perf_counter()
                if convert(file) and warm:
                    told["read"][file] = seen - started
                    told["convert"][file] = time.perf_counter() - seen
        return told

    return work
