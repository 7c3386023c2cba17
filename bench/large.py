"""One large vendor file to a container: speed, memory, size."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.measure import Measured, Work, in_worker, rounds
from bench.peers import PEER, peer
from bench.table import Failed, Figure
from bench.tilt_series import file_name, tilt_series

PART = "large file"
_BLOCK = 1 << 20
_TINY = (2, 256)  # images, side: for whatever is imported only when it is needed


def figures(cache: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the figures of a SerialEM tilt series of 1 GiB (quick: 32 MiB)."""
    images, side = (4, 2048) if quick else (32, 4096)
    made = in_worker("bench.large:generate", folder=str(cache), images=images, side=side)
    raw = Path(made.result)
    size = raw.stat().st_size
    names = ("container", "container_in_the_chain", "copy_and_hash", "gzip_by_h5py")
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        ours, chained, copied, gzipped = rounds(
            1 if quick else 3, *(partial(_measured, name, raw, Path(scratch)) for name in names)
        )
        yield _speed(size, ours, "copy + SHA-256", copied)
        yield _speed(size, chained, "copy + SHA-256", copied, "file of known SHA-256 → container")
        yield _speed(size, ours, "h5py gzip-4 + shuffle", gzipped)
        yield _memory(ours, "copy + SHA-256", copied)
        yield _memory(ours, "the file itself", Measured(0, size))
        yield _size(ours, "raw", size)
        yield _size(ours, "h5py gzip-4 + shuffle", gzipped.result)
        yield from _peer(cache, raw, Path(scratch), ours)


def _measured(name: str, raw: Path, scratch: Path) -> Measured:
    folder = scratch / name
    folder.mkdir()
    try:
        return in_worker(f"bench.large:{name}", raw=str(raw), folder=str(folder))
    finally:
        shutil.rmtree(folder)


def _peer(cache: Path, raw: Path, scratch: Path, ours: Measured) -> Iterator[Figure]:
    """Compare with pynxtools-em, less what it takes for a tiny file: start and imports."""
    try:
        other = peer(cache)
        tiny = raw.with_name(file_name(*_TINY))
        _, start, done = [
            other.convert(path, path.with_suffix(".mrc.mdoc"), output=scratch / "peer.nxs")
            for path in (tiny, tiny, raw)
        ]
    except Failed as error:
        yield Figure(PART, f"beside {PEER}", "", None, remark=str(error))
        return
    theirs = Measured(max(done.seconds - start.seconds, 0.01), done.memory - start.memory)
    yield _speed(raw.stat().st_size, ours, f"{PEER}, its start taken off", theirs)
    yield _memory(ours, PEER, theirs)
    yield _size(ours, PEER, (scratch / "peer.nxs").stat().st_size)


def _speed(
    size: int, ours: Measured, name: str, theirs: Measured, what: str = "file → container"
) -> Figure:
    speeds = size / 1e6 / ours.seconds, size / 1e6 / theirs.seconds
    return Figure(PART, what, "MB/s", speeds[0], name, speeds[1], "more")


def _memory(ours: Measured, name: str, theirs: Measured) -> Figure:
    what = "peak memory above imports"
    return Figure(PART, what, "MB", ours.memory / 1e6, name, theirs.memory / 1e6)


def _size(ours: Measured, name: str, theirs: float) -> Figure:
    return Figure(PART, "size of the container", "MB", ours.result / 1e6, name, theirs / 1e6)


def generate(folder: str, images: int, side: int) -> Work:
    """Return the work that makes the file."""
    return lambda: str(tilt_series(Path(folder), images, side))


def container(raw: str, folder: str) -> Work:
    """Return the work of `emfair convert`: hash, read, compress, store, preview, hash."""
    from emfair.model.annotations import Annotations
    from emfair.service.conversion import convert_files

    def convert(path: Path) -> int:
        outcomes = list(convert_files([path], Path(folder), Annotations()))
        return sum(one.container_size for _, _, done in outcomes for _, one in done.containers)

    convert(tilt_series(Path(raw).parent, *_TINY))
    return lambda: convert(Path(raw))


def container_in_the_chain(raw: str, folder: str) -> Work:
    """Return the work of the chain's conversion, to which the manifest tells the file's SHA-256."""
    from emfair.model.annotations import Annotations
    from emfair.nxem.convert import convert_file
    from emfair.nxem.dossier import Dossier, Source

    def convert(path: Path) -> int:
        dossier = Dossier(Source(path.name, "0" * 64), Annotations(), "", {})
        done = convert_file(path, dossier, Path(folder))
        return sum(one.measurement.container_size for one in done.written)

    convert(tilt_series(Path(raw).parent, *_TINY))
    return lambda: convert(Path(raw))


def copy_and_hash(raw: str, folder: str) -> Work:
    """Return the least that any deposit costs: a copy and its SHA-256."""

    def work() -> str:
        digest = hashlib.sha256()
        with Path(raw).open("rb") as source, (Path(folder) / "copy").open("wb") as target:
            while block := source.read(_BLOCK):
                digest.update(block)
                target.write(block)
        return digest.hexdigest()

    return work


def gzip_by_h5py(raw: str, folder: str) -> Work:
    """Return what most people write: h5py's own gzip, an image a step."""
    import h5py
    import numpy as np

    from emfair.nxem.blocks import chunk_shape

    def work() -> int:
        columns, rows, images, _ = np.fromfile(raw, "<i4", count=4)
        data = np.memmap(raw, "<u2", "r", 1024, (int(images), int(rows), int(columns)))
        path = Path(folder) / "plain.h5"
        with h5py.File(path, "w") as file:
            stored = file.create_dataset(
                "data", data.shape, data.dtype, chunks=chunk_shape(data.shape, 2), shuffle=True,
                compression="gzip", compression_opts=4,
            )  # fmt: skip
            for number, image in enumerate(data):
                stored[number] = image
        return path.stat().st_size

    return work
