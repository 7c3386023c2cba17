"""Look at a vendor file without storing anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from emfair.client.collect import collect
from emfair.crew import crew
from emfair.errors import BadData, TooLarge, UnreadableFile
from emfair.model.annotations import Annotations
from emfair.model.facts import Fact
from emfair.nxem.facts import facts_of, used
from emfair.nxem.keys import keys
from emfair.nxem.shape import shape_of
from emfair.service.conversion import path_to_read, size_of
from emfair.service.sandbox import Sandbox
from emfair.vendor.bundles import Bundle, bundle
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Axis, Signal


class InspectedSignal(BaseModel):
    """One signal; `kind` is where NXem would have it, or `problem` why nowhere."""

    model_config = ConfigDict(frozen=True)

    index: int
    title: str
    reader: str
    kind: str
    problem: str
    shape: tuple[int, ...]
    dtype: str
    axes: tuple[str, ...]
    facts: tuple[Fact, ...]


class Inspected(BaseModel):
    """What a file holds; `problem` and `remedy` where it cannot be read."""

    model_config = ConfigDict(frozen=True)

    file: str
    companions: tuple[str, ...] = ()
    signals: tuple[InspectedSignal, ...] = ()
    missing: tuple[str, ...] = ()
    problem: str = ""
    remedy: str = ""


def inspect_files(
    paths: Iterable[Path], notes: Annotations
) -> Iterator[tuple[int, int, Inspected]]:
    """Read the signals and tags of files on all cores; nothing is written.

    Yields each file's place, among how many, and what it holds, as it is read.

    Raises
    ------
    BadCall
        A path does not exist, or is no file or folder.
    """
    local = {file.name: file.path for file in collect(paths)}
    bundles = bundle(local)
    for place, one in crew().each(partial(_inspect, Sandbox(), local, notes), bundles):
        yield place, len(bundles), one


def _inspect(
    sandbox: Sandbox, local: Mapping[str, Path], notes: Annotations, each: Bundle
) -> Inspected:
    try:
        return sandbox.call(
            size_of(each, local), inspect_file, path_to_read(each, local), each, notes
        )
    except OSError as error:  # it was there when the files were listed
        return Inspected(
            file=each.primary,
            companions=each.companions,
            problem=f"cannot be read ({error.strerror}).",
            remedy="Check that it is still there, and its permissions.",
        )
    except UnreadableFile as error:
        return Inspected(
            file=each.primary,
            companions=each.companions,
            problem=error.message,
            remedy=error.remedy,
        )


def inspect_file(path: Path, each: Bundle, notes: Annotations) -> Inspected:
    """Read a file's signals and tags in this process."""
    found = Inspected(file=each.primary, companions=each.companions)
    try:
        signals = read_signals(path)
    except TooLarge:
        raise  # for whoever can give more memory
    except BadData as error:
        return found.model_copy(update={"problem": error.message, "remedy": error.remedy})
    inspected = tuple(_signal(signal, each.primary, notes) for signal in signals)
    missing = dict.fromkeys(field for one in inspected for field in _missing(one))
    return found.model_copy(update={"signals": inspected, "missing": tuple(missing)})


def _signal(signal: Signal, name: str, notes: Annotations) -> InspectedSignal:
    """Describe a signal as it will be stored: an energy axis stands last there."""
    kind, problem, order = "", "", tuple(range(signal.data.ndim))
    try:
        shape = shape_of(signal)
        kind, order = shape.kind, shape.order
    except BadData as error:
        problem = error.message
    return InspectedSignal(
        index=signal.index,
        title=signal.title,
        reader=signal.reader,
        kind=kind,
        problem=problem,
        shape=tuple(signal.data.shape[place] for place in order),
        dtype=str(signal.data.dtype),
        axes=tuple(_axis(signal.axes[place]) for place in order),
        facts=tuple(facts_of(signal, name, notes)),
    )


def _axis(axis: Axis) -> str:
    if axis.values is not None and axis.size > 1:
        first, last = axis.values[[0, -1]]
        span = f"{first:.6g} to {last:.6g} {axis.unit}".strip()
        return f"{axis.name or 'axis'}: {axis.size} points, {span}"
    step = f"{axis.scale:.4g} {axis.unit}".strip() if axis.unit else "pixels"
    if axis.broken:
        step += f" (not calibrated: {axis.broken})"
    return f"{axis.name or 'axis'}: {axis.size} × {step}"


def _missing(one: InspectedSignal) -> list[str]:
    known = used(one.facts)
    return [key.field for key in keys().values() if key.required and key.key not in known]
