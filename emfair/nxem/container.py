"""Write a container: one signal, what is known of it, and nothing that depends on the clock.

Written beside its final name and renamed, so that a container is whole or not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from emfair.model.canonical import sha256_file
from emfair.model.documents import AxisNotes, Measurement
from emfair.model.identifiers import measurement_id
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.facts import facts_of, used
from emfair.nxem.nodes import Field, Group, tag_tree
from emfair.nxem.pixels import parts, pixels_of
from emfair.nxem.preview import draw
from emfair.nxem.shape import NxAxis, Shape, shape_of
from emfair.nxem.store import store_array
from emfair.nxem.tree import Origin, build_entry
from emfair.nxem.watcher import Watcher
from emfair.vendor.signal import Signal


@dataclass(frozen=True)
class Written:
    """A container on disk, its preview (PNG bytes), and all that is known of it."""

    path: Path
    preview: bytes
    measurement: Measurement


def write_container(
    signal: Signal,
    dossier: Dossier,
    folder: Path,
    *,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """Write one signal as ``folder/<measurement>.nxs``.

    Parameters
    ----------
    progress
        Called with the number of array bytes done since the last call.

    Raises
    ------
    UnsupportedSignal
        NXem has no place for the signal.
    Exception
        Whatever a lazy reader raises on the way: nothing is left behind.
    """
    source = dossier.source
    shape = shape_of(signal)
    facts = facts_of(signal, source.file, dossier.notes, dossier.profile)
    chosen = used(facts)
    title = _title(signal, source, chosen.get("title"))
    tags, kept = tag_tree(signal.tags)
    origin = Origin(source.file, source.sha256, signal.index, signal.reader)
    entry = build_entry(
        chosen, shape, origin, tags, dossier.software, title=title, experiment=dossier.experiment
    )
    identifier = measurement_id(source.file, source.sha256, signal.index)
    path = folder / f"{identifier}.nxs"
    watcher = Watcher(shape)
    with _whole(path) as file:
        _write(file, "entry", entry)
        data_sha256 = _write_signal(file, signal, shape, title, watcher, progress=progress)
        preview = draw(watcher)
    measurement = Measurement(
        measurement=identifier,
        title=title,
        file=source.file,
        file_sha256=source.sha256,
        companions=source.companions,
        signal_index=signal.index,
        reader=signal.reader,
        kind=shape.kind,
        shape=tuple(len(axis.points) for axis in shape.axes),
        dtype=pixels_of(signal.data.dtype).dtype.name,
        axes=tuple(_axis_notes(axis) for axis in shape.axes),
        data_path=_data_path(shape),
        data_sha256=data_sha256,
        container_sha256=sha256_file(path),
        container_size=path.stat().st_size,
        tags_kept=kept,
        facts=tuple(facts),
    )
    return Written(path, preview, measurement)


@contextmanager
def _whole(path: Path) -> Iterator[h5py.File]:
    """Yield a new file beside `path`, and give it this name when all went well."""
    part = path.with_name(f".{path.name}.part")
    try:
        with h5py.File(part, "w") as file:
            file.attrs["NX_class"] = "NXroot"
            file.attrs["default"] = "entry"
            yield file
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


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
    *,
    progress: Callable[[int], None] | None,
) -> str:
    """Store the array; return the SHA-256 of its pixels (of a complex array: both parts as one)."""
    group = file[_data_path(shape)]
    data = signal.data
    if shape.order != tuple(range(data.ndim)):
        data = data.transpose(shape.order)
    pixels = pixels_of(data.dtype)
    quantity = signal.metadata.get("Signal", {}).get("quantity") or title
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
            watch=watcher.see if name == "real" else None,
            progress=progress,
        )
        dataset.attrs["long_name"] = str(quantity) if name == "real" else f"{quantity}, imaginary"
    return sums["real"] if len(sums) == 1 else whole.hexdigest()


def _write(parent: h5py.Group, name: str, node: Group | Field) -> None:
    if isinstance(node, Field):
        value = node.value
        if isinstance(value, np.ndarray | np.number):
            value = np.asarray(value, value.dtype.newbyteorder("<"))
        made = parent.create_dataset(name, data=value, track_times=False)
    else:
        made = parent.create_group(name)
        made.attrs["NX_class"] = node.nx_class
        for child, below in node.children.items():
            _write(made, child, below)
    for key, value in node.attrs.items():
        made.attrs[key] = value
