"""Write a container: one signal, what is known of it, and nothing that depends on the clock.

Written beside its final name and renamed, so that a container is whole or not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import h5py
import numpy as np

from emfair.model.canonical import sha256_file
from emfair.model.documents import AxisNotes, Measurement, TagUse
from emfair.model.identifiers import measurement_id
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.facts import facts_of, used
from emfair.nxem.nodes import Field, Group, storable, tag_tree
from emfair.nxem.pixels import parts, pixels_of
from emfair.nxem.preview import draw
from emfair.nxem.shape import NxAxis, Shape, shape_of
from emfair.nxem.store import store_array
from emfair.nxem.tag_report import tag_report, tag_uses
from emfair.nxem.tree import Origin, build_entry
from emfair.nxem.watcher import Watcher
from emfair.vendor.signal import Signal


@dataclass(frozen=True)
class Written:
    """A container on disk, its preview (PNG bytes), and all that is known of it.

    `tags` is how it uses its vendor's tags, for the experiment's list of them.
    """

    path: Path
    preview: bytes
    measurement: Measurement
    tags: tuple[TagUse, ...]


def write_container(
    signal: Signal,
    dossier: Dossier,
    folder: Path,
    *,
    sha256: Callable[[], str] | None = None,
) -> Written:
    """Write one signal as ``folder/<measurement>.nxs``.

    Parameters
    ----------
    sha256
        Returns the raw file's SHA-256, where this is still being taken while the array is stored;
        asked once. Without it the dossier's source knows it.

    Raises
    ------
    UnsupportedSignal
        NXem has no place for the signal.
    Exception
        Whatever a lazy reader raises on the way: nothing is left behind.
    """
    source = dossier.source
    shape = shape_of(signal)
    facts = facts_of(
        signal, source.file, dossier.notes, dossier.profile, dossier.latest, dossier.context
    )
    chosen = used(facts)
    title = _title(signal, source, chosen.get("title"))
    tags, kept = tag_tree(signal.tags)
    watcher = Watcher(shape, _quantity(signal))
    with _beside(folder) as part:
        with _new(part) as file:
            data_sha256 = _write_signal(file, signal, shape, title, watcher)
            raw_sha256 = sha256() if sha256 else source.sha256
            origin = Origin(source.file, raw_sha256, signal.index, signal.reader)
            entry = build_entry(
                chosen, shape, origin, tags, dossier.software,
                title=title, experiment=dossier.experiment,
            )  # fmt: skip
            _write(file, "entry", entry)
        with ThreadPoolExecutor(1) as other:
            preview = other.submit(draw, watcher)
            container_sha256 = sha256_file(part)
        identifier = measurement_id(source.file, raw_sha256, signal.index)
        measurement = Measurement(
            measurement=identifier,
            title=title,
            file=source.file,
            file_sha256=raw_sha256,
            companions=source.companions,
            data_sha256=data_sha256,
            container_sha256=container_sha256,
            container_size=part.stat().st_size,
            tags_kept=kept,
            tags=tag_report(signal, facts),
            facts=tuple(facts),
            **_of_array(signal, shape),
        )
        path = part.replace(folder / f"{identifier}.nxs")
    return Written(path, preview.result(), measurement, tag_uses(signal, facts))


def _of_array(signal: Signal, shape: Shape) -> dict[str, Any]:
    """Return what a measurement's document tells of its array."""
    return {
        "signal_index": signal.index,
        "reader": signal.reader,
        "kind": shape.kind,
        "shape": tuple(len(axis.points) for axis in shape.axes),
        "dtype": pixels_of(signal.data.dtype).dtype.name,
        "axes": tuple(_axis_notes(axis) for axis in shape.axes),
        "data_path": _data_path(shape),
    }


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Yield a path in `folder`; what is still there afterwards is removed."""
    part = folder / f".{uuid4().hex}.part"
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _new(path: Path) -> Iterator[h5py.File]:
    """Yield a new file that a NeXus reader knows where to begin in."""
    with h5py.File(path, "w") as file:
        file.attrs["NX_class"] = "NXroot"
        file.attrs["default"] = "entry"
        yield file


def _title(signal: Signal, source: Source, given: Any) -> str:
    if given is not None and given.value_text:
        return str(given.value_text)
    if signal.title:
        return signal.title
    name = source.file.rsplit("/", 1)[-1]
    return name if signal.index == 0 else f"{name}, signal {signal.index + 1}"


def _axis_notes(axis: NxAxis) -> AxisNotes:
    return AxisNotes(
        name=axis.name,
        long_name=axis.long_name,
        size=len(axis.points),
        unit=axis.unit,
        scale=axis.scale,
        offset=axis.offset,
    )


def _data_path(shape: Shape) -> str:
    return f"/entry/measurement/event1/{shape.group}/{shape.kind}"


def _write_signal(
    file: h5py.File,
    signal: Signal,
    shape: Shape,
    title: str,
    watcher: Watcher,
) -> str:
    """Store the array; return the SHA-256 of its pixels (of a complex array: both parts as one)."""
    group = file.create_group(_data_path(shape))
    data = shape.arranged(signal.data)
    pixels = pixels_of(data.dtype)
    quantity = _quantity(signal) or title
    whole = hashlib.sha256()
    sums = {}
    for name, part in parts(pixels, whole.update).items():
        dataset, sums[name] = store_array(
            group,
            shape.signal if name == "real" else name,
            data,
            prepare=part.prepare,
            dtype=part.dtype,
            trailing=part.trailing,
            frame=1 if shape.is_spectrum else 2,
            watch=watcher.see if name == "real" else watcher.see_imaginary,
        )
        dataset.attrs["long_name"] = quantity if name == "real" else f"{quantity}, imaginary"
    return sums["real"] if len(sums) == 1 else whole.hexdigest()


def _write(parent: h5py.Group, name: str, node: Group | Field) -> None:
    if isinstance(node, Field):
        value = node.value
        if isinstance(value, np.ndarray | np.number):
            value = np.asarray(value, value.dtype.newbyteorder("<"))
        elif isinstance(value, str):
            value = storable(value)
        made = parent.create_dataset(name, data=value, track_times=False)
    else:
        made = parent.require_group(name)  # the signal's are there
        made.attrs["NX_class"] = node.nx_class
        for child, below in node.children.items():
            _write(made, child, below)
    for key, value in node.attrs.items():
        made.attrs[key] = storable(value) if isinstance(value, str) else value


def _quantity(signal: Signal) -> str:
    """Return what a signal's values are; X-ray spectra count photons, whatever they are titled."""
    about = signal.metadata.get("Signal", {})
    is_x_rays = str(about.get("signal_type") or "").startswith("EDS")
    return str(about.get("quantity") or ("Counts" if is_x_rays else ""))
