"""One file: converted and validated as a person would, then compared with the reader's own arrays.

The comparison stands on its own: it reads the file again with RosettaSciIO, eagerly, and the
container with plain h5py; nothing of emfair's conversion takes part.
"""

from __future__ import annotations

import hashlib
import logging
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from bench.corpus.compare import Read, Stored, StoredAxis, difference
from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_file
from emfair.model.documents import Measurement
from emfair.model.facts import Source
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier
from emfair.nxem.dossier import Source as Origin
from emfair.nxem.facts import used
from emfair.validation.validate import validate_container
from emfair.vendor.plugins import plugins
from emfair.vendor.sniff import sniff

NOTES = {
    "start_time": "2026-01-22T12:14:12+01:00",
    "end_time": "2026-01-22T13:14:12+01:00",
    "user": {"name": "A. Person"},
    "sample": {
        "physical_form": "foil",
        "name": "corpus",
        "atom_types": ["Si"],
        "preparation_date": "2026-01-20T00:00:00+01:00",
        "is_simulation": False,
    },
    "instrument": {"vendor": "various", "model": "various", "name": "various"},
}
"""What NXem requires or recommends, and no file carries."""


_OF_THE_FILE = (Source.VENDOR, Source.DERIVED)


@dataclass(frozen=True)
class CheckedSignal:
    """What became of one signal.

    `keys` are those that the file itself gives, not the annotations; `findings` are
    ``rule: message``; `unequal` says how it differs from what the reader gives.
    """

    kind: str
    keys: int
    tags: int
    findings: tuple[str, ...]
    unequal: str


@dataclass(frozen=True)
class Outcome:
    """What became of one file; `problems` are ``rule: message``, where not all of it was read.

    `tried` is the reader that a file which was not read looks as if it were for.
    """

    file: str
    size: int
    reader: str = ""
    tried: str = ""
    seconds: float = 0.0
    judged: float = 0.0
    signals: tuple[CheckedSignal, ...] = ()
    array_bytes: int = 0
    problems: tuple[str, ...] = ()


def check(path: Path, name: str, companions: tuple[str, ...], folder: Path) -> Outcome:
    """Convert, validate and compare one file; `folder` takes the containers."""
    _hush()
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    size = sum(one.stat().st_size for one in files)
    digest = sha256_file(path) if path.is_file() else "0" * 64
    notes = Annotations.model_validate(NOTES)
    dossier = Dossier(Origin(name, digest, companions), notes, "", {})
    start = time.perf_counter()
    done = convert_file(path, dossier, folder)
    converted = time.perf_counter()
    problems = [f"{one.rule}: {one.message.removeprefix(f'{name}: ')}" for one in done.findings]
    if not done.written:
        tried, told = _tried(path), tuple(problems)
        return Outcome(name, size, tried=tried, problems=told, seconds=converted - start)
    measured = [written.measurement for written in done.written]
    verdicts = [validate_container(written.path) for written in done.written]
    judged = time.perf_counter()
    read = _read(measured[0].reader, path)
    signals = tuple(
        CheckedSignal(
            kind=measurement.kind,
            keys=sum(one.source in _OF_THE_FILE for one in used(measurement.facts).values()),
            tags=measurement.tags_kept,
            findings=tuple(f"{finding.rule}: {finding.message}" for finding in verdict),
            unequal=_difference(written.path, measurement, read),
        )
        for written, measurement, verdict in zip(done.written, measured, verdicts, strict=True)
    )
    problems += missing(len(read), len(measured), len(problems))
    return Outcome(
        name,
        size,
        reader=measured[0].reader,
        seconds=converted - start,
        judged=judged - converted,
        signals=signals,
        array_bytes=sum(one.array.nbytes for one in read.values()),
        problems=tuple(problems),
    )


def _tried(path: Path) -> str:
    """Return the reader that a file is for, where its content or its ending leaves but one."""
    sniffed = sniff(path)
    certain = sniffed.by_content or len(sniffed.candidates) == 1
    return sniffed.candidates[0].name if sniffed.candidates and certain else ""


def missing(read: int, came_out: int, told: int) -> list[str]:
    """Return the problem that signals were `read` which neither `came_out` nor were `told` of."""
    if read <= came_out + told:
        return []
    return [f"missing-signal: of {read} signals {came_out} came out, and {told} were told of"]


def _hush() -> None:
    """Take RosettaSciIO's log lines, of any level, off this process' standard output."""
    import rsciio  # noqa: F401  puts its handler there

    logging.getLogger("rsciio").handlers = [logging.NullHandler()]


def _read(reader: str, path: Path) -> dict[int, Read]:
    """Return every signal that has an array, read eagerly, by number."""
    read = plugins()[reader].load().file_reader
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dictionaries = read(str(path), lazy=False, **ALL.get(reader, {}))
    return {
        index: Read(reader, np.asarray(one["data"]), list(one.get("axes") or ()), _title_of(one))
        for index, one in enumerate(dictionaries)
        if np.ndim(one["data"])
    }


ALL: dict[str, dict[str, Any]] = {"Delmic": {"signal": "all"}}
"""What readers are asked for, to read every signal of a file."""


def _title_of(dictionary: Mapping[str, Any]) -> str:
    """Return the signal's name, as HyperSpy would show it."""
    metadata = dictionary.get("metadata") or {}
    metadata = metadata.as_dictionary() if hasattr(metadata, "as_dictionary") else metadata
    return str((metadata.get("General") or {}).get("title") or "").strip()


def _difference(path: Path, measurement: Measurement, read: dict[int, Read]) -> str:
    with h5py.File(path, "r") as file:
        if "default" not in file[file.attrs["default"]].attrs:
            return "nothing is shown by default"
        stored = _stored(file[measurement.data_path])
    told = difference(read[measurement.signal_index], stored)
    if not told and pixel_digest(stored.pixels) != measurement.data_sha256:
        told = "the SHA-256 that is told of the pixels is another"
    return told


def pixel_digest(pixels: NDArray[Any]) -> str:
    """Return the SHA-256 of an array's bytes in C order, little endian."""
    plain = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    return hashlib.sha256(plain.tobytes()).hexdigest()


def _stored(group: h5py.Group) -> Stored:
    pixels = group[group.attrs["signal"]][()]
    if "imag" in group:
        real, imaginary = pixels, group["imag"][()]
        pixels = np.empty(real.shape, np.result_type(real, np.complex64))
        pixels.real, pixels.imag = real, imaginary
    axes = [_stored_axis(group[name]) for name in group.attrs["axes"]]
    title = group["title"].asstr()[()]
    merged = group.parent.get("merged_axes")
    if merged is None:
        return Stored(pixels, axes, title)
    sizes = merged["sizes"][()]
    apart = [_stored_axis(merged[f"axis_{number}"]) for number in range(1, len(sizes) + 1)]
    return Stored(pixels.reshape(*sizes, *pixels.shape[1:]), [*apart, *axes[1:]], title)


def _stored_axis(field: h5py.Dataset) -> StoredAxis:
    return StoredAxis(
        field.name.rpartition("/")[2],
        str(field.attrs["long_name"]),
        str(field.attrs.get("units", "")),
        field[()],
    )
