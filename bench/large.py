"""Large vendor files to containers: speed, memory, size.

In the measured process itself, without the sandbox around it: the memory is the conversion's.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import Measured, Work, in_worker, rounds
from bench.peers import PEER, peer
from bench.scan import patterns_of, scan
from bench.table import Failed, Figure
from bench.tilt_series import file_name, images_of, tilt_series

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

_BLOCK = 1 << 20
_WHAT = "file → container"
_TINY = (2, 256)  # images, side: for whatever is imported only when it is needed


def figures(cache: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the figures of a stack of noisy frames and a sparse 4D-STEM scan, 2 GiB each.

    Quick: 32 MiB each.
    """
    series = {"images": 4, "side": 2048} if quick else {"images": 64, "side": 4096}
    yield from _figures("tilt_series", cache, series, quick=quick, beside_peer=True)
    points = {"rows": 16, "columns": 32} if quick else {"rows": 128, "columns": 256}
    yield from _figures("scan", cache, {**points, "side": 256}, quick=quick, beside_peer=False)


def _figures(
    kind: str, cache: Path, sizes: dict[str, int], *, quick: bool, beside_peer: bool
) -> Iterator[Figure]:
    made = in_worker("bench.large:generate", kind=kind, folder=str(cache), **sizes)
    raw = Path(made.result)
    size = raw.stat().st_size
    part = f"large file: {raw.name}"
    names = ("container", "container_in_the_chain", "copy_and_hash")
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        ours, chained, copied = rounds(
            1 if quick else 3, *(partial(_measured, name, raw, Path(scratch)) for name in names)
        )
        gzipped = _measured("gzip_by_h5py", raw, Path(scratch))
        yield _speed(part, size, ours, "copy + SHA-256", copied)
        known = "file of known SHA-256 → container"
        yield _speed(part, size, chained, "copy + SHA-256", copied, known)
        yield _speed(part, size, ours, "h5py gzip-4 + shuffle", gzipped)
        yield _memory(part, ours, "copy + SHA-256", copied)
        yield _memory(part, ours, "the bound", Measured(0, _BOUND))
        yield _size(part, ours, "raw", size)
        yield _size(part, ours, "h5py gzip-4 + shuffle", gzipped.result)
        if beside_peer:
            yield from _peer(part, cache, raw, Path(scratch), ours)


_BOUND = 400e6  # bytes above the imports, whatever the file's size


def _measured(name: str, raw: Path, scratch: Path) -> Measured:
    folder = scratch / name
    folder.mkdir()
    try:
        return in_worker(f"bench.large:{name}", raw=str(raw), folder=str(folder))
    finally:
        shutil.rmtree(folder)


def _peer(part: str, cache: Path, raw: Path, scratch: Path, ours: Measured) -> Iterator[Figure]:
    """Compare with pynxtools-em, less what it takes for a tiny file: start and imports."""
    try:
        other = peer(cache)
        tiny = raw.with_name(file_name(*_TINY))
        _, start, done = [
            other.convert(path, path.with_suffix(".mrc.mdoc"), output=scratch / "peer.nxs")
            for path in (tiny, tiny, raw)
        ]
    except Failed as error:
        yield Figure(part, f"beside {PEER}", "", None, remark=str(error))
        return
    theirs = Measured(max(done.seconds - start.seconds, 0.01), done.memory - start.memory)
    yield _speed(part, raw.stat().st_size, ours, f"{PEER}, its start taken off", theirs)
    yield _memory(part, ours, PEER, theirs)
    yield _size(part, ours, PEER, (scratch / "peer.nxs").stat().st_size)


def _speed(
    part: str, size: int, ours: Measured, name: str, theirs: Measured, what: str = _WHAT
) -> Figure:
    speeds = size / 1e6 / ours.seconds, size / 1e6 / theirs.seconds
    return Figure(part, what, "MB/s", speeds[0], name, speeds[1], "more")


def _memory(part: str, ours: Measured, name: str, theirs: Measured) -> Figure:
    what = "peak memory above imports"
    return Figure(part, what, "MB", ours.memory / 1e6, name, theirs.memory / 1e6)


def _size(part: str, ours: Measured, name: str, theirs: float) -> Figure:
    what = "size of the container"
    return Figure(part, what, "MB", ours.result / 1e6, name, theirs / 1e6)


def generate(kind: str, folder: str, **sizes: int) -> Work:
    """Return the work that makes a file."""
    makers: dict[str, Callable[..., Path]] = {"tilt_series": tilt_series, "scan": scan}
    return lambda: str(makers[kind](Path(folder), **sizes))


def container(raw: str, folder: str) -> Work:
    """Return the work of `emfair convert`: hash, read, compress, store, preview, hash."""
    return _conversion(Path(raw), Path(folder), known=False)


def container_in_the_chain(raw: str, folder: str) -> Work:
    """Return the work of the chain's conversion, to which the manifest tells the file's SHA-256."""
    return _conversion(Path(raw), Path(folder), known=True)


def _conversion(raw: Path, folder: Path, *, known: bool) -> Work:
    """Return a conversion after a tiny one, and after what a large one compiles or imports.

    (It compiles once in the life of an installation.)
    """
    from emfair.model.annotations import Annotations
    from emfair.nxem.convert import convert_file
    from emfair.nxem.deflate import prepare
    from emfair.nxem.dossier import Dossier, Source

    def convert(path: Path) -> int:
        source = Source(path.name, "0" * 64 if known else "")
        done = convert_file(path, Dossier(source, Annotations(), "", {}), folder)
        return sum(one.measurement.container_size for one in done.written)

    convert(tilt_series(raw.parent, *_TINY))
    prepare()
    return lambda: convert(raw)


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
    """Return what most people write: h5py's own gzip, an image or a row of patterns a step."""
    import h5py

    from emfair.nxem.blocks import chunk_shape

    def work() -> int:
        data = _pixels(Path(raw))
        path = Path(folder) / "plain.h5"
        with h5py.File(path, "w") as file:
            stored = file.create_dataset(
                "data", data.shape, data.dtype, chunks=chunk_shape(data.shape, data.itemsize),
                shuffle=True, compression="gzip", compression_opts=4,
            )  # fmt: skip
            for number, step in enumerate(data):
                stored[number] = step
        return path.stat().st_size

    return work


def _pixels(raw: Path) -> NDArray[Any]:
    return images_of(raw) if raw.suffix == ".mrc" else patterns_of(raw)
