"""The NXem tree of one measurement, from its used facts: values in, values out.

NXem asks for some fields only together (a dynamic stage: both tilts, rotation and position). Where
one of them is known, the unknown ones are NaN, which NeXus readers show as "not known".
What does not belong here: the array (`emfair.nxem.container` adds it) and files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from emfair.model.facts import Fact, Source
from emfair.nxem.nodes import Group
from emfair.nxem.shape import NxAxis, Shape

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Origin:
    """The raw file behind a measurement: name in the manifest, SHA-256, signal in it, reader."""

    file: str
    sha256: str
    signal: int
    reader: str


def build_entry(
    facts: Mapping[str, Fact],
    shape: Shape,
    origin: Origin,
    tags: Group,
    software: Mapping[str, str],
    *,
    title: str,
    experiment: str,
) -> Group:
    """Return the NXentry, complete but for the signal's NXdata arrays.

    Parameters
    ----------
    facts
        The used fact of each key (`emfair.nxem.facts.used`).
    tags
        The vendor's tags (`emfair.nxem.nodes.tag_tree`).
    software
        Packages and versions that made the container.
    """
    entry = Group("NXentry", {"default": "measurement"})
    entry.put("definition", "NXem")
    entry.put("experiment_alias", experiment)
    for name in ("start_time", "end_time"):
        entry.put(name, _text(facts, name))
    _sample(entry, facts)
    _user(entry, facts)
    note = entry.group("note1", "NXnote")
    _raw_note(note, origin)
    _profiling(entry, software)
    measurement = entry.group("measurement", "NXem_measurement")
    measurement.attrs["default"] = "event1"
    _instrument(measurement, facts)
    event = measurement.group("event1", "NXem_event_data")
    event.attrs["default"] = shape.group
    event.put("type", _text(facts, "technique"))
    _interpretation(event, facts)
    _event_instrument(event.group("instrument", "NXem_instrument"), facts)
    _picture(event, facts, shape, origin, title)
    if tags.children:
        event.children["vendor_metadata"] = tags
    return entry


def _text(facts: Mapping[str, Fact], key: str) -> str | None:
    fact = facts.get(key)
    return None if fact is None else fact.value_text or None


def _number(group: Group, name: str, facts: Mapping[str, Fact], key: str) -> None:
    fact = facts.get(key)
    if fact is not None and fact.value_num is not None:
        group.put(name, np.float64(fact.value_num), **({"units": fact.unit} if fact.unit else {}))


def _sample(entry: Group, facts: Mapping[str, Fact]) -> None:
    sample = entry.group("sample1", "NXsample")
    sample.put("name", _text(facts, "sample_name"))
    sample.put("atom_types", _text(facts, "atom_types"))
    sample.put("preparation_date", _text(facts, "preparation_date"))
    simulated = _text(facts, "is_simulation")
    if simulated is not None:
        sample.put("is_simulation", np.bool_(simulated == "True"))
    form = _text(facts, "physical_form")
    if form is not None:
        known = form in ("bulk", "foil", "thin_film", "powder")
        sample.put("physical_form", form, **({} if known else {"custom": np.bool_(True)}))
    sample.put("description", _text(facts, "sample_description"))
    _number(sample, "thickness", facts, "thickness")
    sample.put(
        "identifier_sample",
        _text(facts, "sample_identifier"),
        type="local",
        type_custom=np.bool_(True),
    )


def _user(entry: Group, facts: Mapping[str, Fact]) -> None:
    user = Group("NXuser")
    user.put("name", _text(facts, "operator"))
    user.put("affiliation", _text(facts, "affiliation"))
    user.put("email", _text(facts, "email"))
    user.put("identifier_orcid", _text(facts, "orcid"), type="ORCID")
    if user.children:
        entry.children["user1"] = user


def _raw_note(note: Group, origin: Origin) -> None:
    note.put("file_name", origin.file)
    note.put("checksum", origin.sha256)
    note.put("algorithm", "sha256")
    note.put("type", f"raw file, signal {origin.signal} as read by RosettaSciIO {origin.reader}")


def _profiling(entry: Group, software: Mapping[str, str]) -> None:
    profiling = entry.group("profiling", "NXcs_profiling")
    for number, (name, version) in enumerate(sorted(software.items()), 1):
        program = profiling.group(f"program{number}", "NXprogram")
        program.put("program", name, version=version)


def _fabrication(parent: Group, facts: Mapping[str, Fact]) -> None:
    fabrication = parent.group("fabrication", "NXfabrication")
    for name in ("vendor", "model", "serial_number"):
        fabrication.put(name, _text(facts, name))


def _instrument(measurement: Group, facts: Mapping[str, Fact]) -> None:
    instrument = measurement.group("instrument", "NXem_instrument")
    _fabrication(instrument, facts)
    instrument.put("name", _text(facts, "instrument_name"))
    instrument.put("location", _text(facts, "instrument_location"))
    kind = _text(facts, "instrument_type") or ""
    instrument.put("type", kind.lower() if kind.lower() in ("sem", "tem", "fib") else kind)
    column = instrument.group("ebeam_column", "NXebeam_column")
    emitter = _text(facts, "emitter_type")
    if emitter is not None:
        column.group("electron_source", "NXsource").put("emitter_type", emitter)
    detector = _text(facts, "detector")
    if detector is not None:
        instrument.group("detector1", "NXdetector").put("name", detector)
    software, version = _text(facts, "software"), _text(facts, "software_version")
    if software is not None or version is not None:
        program = instrument.group("program1", "NXprogram")
        program.put("program", software or UNKNOWN, version=version or UNKNOWN)


def _interpretation(event: Group, facts: Mapping[str, Fact]) -> None:
    """Add what NXem has no place for: elements that were looked for, and why it is this technique.

    NXem's ``atom_types`` are elements that are in the sample, or were found there.
    """
    known = Group("NXcollection")
    known.put("elements", _text(facts, "elements"))
    technique = facts.get("technique")
    if technique is not None and technique.source is Source.DERIVED:
        known.put("technique_from", technique.reason)
    if known.children:
        event.children["interpretation"] = known


def _event_instrument(instrument: Group, facts: Mapping[str, Fact]) -> None:
    column = instrument.group("ebeam_column", "NXebeam_column")
    column.put("operation_mode", _text(facts, "operation_mode"))
    if "acceleration_voltage" in facts or "emission_current" in facts:
        source = column.group("electron_source", "NXsource")
        source.put("voltage", np.float64(np.nan), units="V")
        _number(source, "voltage", facts, "acceleration_voltage")
        _number(source, "emission_current", facts, "emission_current")
    if "dwell_time" in facts:
        scan = column.group("scan_controller", "NXscan_controller")
        scan.put("scan_schema", "raster")
        _number(scan, "dwell_time", facts, "dwell_time")
    _optics(instrument, facts)
    if "acquisition_time" in facts:
        detector = instrument.group("detector1", "NXdetector")
        detector.put("operation_mode", UNKNOWN)
        _number(detector, "count_time", facts, "acquisition_time")
    _stage(instrument, facts)


def _optics(instrument: Group, facts: Mapping[str, Fact]) -> None:
    optics = Group("NXem_optical_system")
    names = {"beam_current": "probe_current", "convergence_angle": "semi_convergence_angle"}
    for key in ("beam_current", "camera_length", "convergence_angle", "working_distance",
                "magnification", "defocus", "rotation", "field_of_view", "dose_rate"):  # fmt: skip
        _number(optics, names.get(key, key), facts, key)
    if optics.children:
        instrument.children["optics"] = optics


def _stage(instrument: Group, facts: Mapping[str, Fact]) -> None:
    known = {key: facts[key].value_num for key in _STAGE if key in facts}
    if not known:
        return

    def value(key: str) -> Any:
        number = known.get(key)
        return np.float64(np.nan if number is None else number)

    stage = instrument.group("stage1", "NXmanipulator")
    stage.put("tilt1", value("tilt_alpha"), units="rad")
    stage.put("tilt2", value("tilt_beta"), units="rad")
    stage.put("rotation", value("stage_rotation"), units="rad")
    stage.put(
        "position", np.array([value("stage_x"), value("stage_y"), value("stage_z")]), units="m"
    )


_STAGE = ("tilt_alpha", "tilt_beta", "stage_rotation", "stage_x", "stage_y", "stage_z")


def _picture(
    event: Group, facts: Mapping[str, Fact], shape: Shape, origin: Origin, title: str
) -> None:
    holder = event.group(shape.group, "NXspectrum" if shape.is_spectrum else "NXimage")
    holder.attrs["default"] = shape.kind
    process = holder.group("process", "NXprocess")
    process.put("detector_identifier", _text(facts, "detector") or UNKNOWN)
    source = process.group("input", "NXnote")
    _raw_note(source, origin)
    source.put("context", f"signal {origin.signal}")
    data = holder.group(shape.kind, "NXdata")
    data.put("title", title)
    data.attrs["signal"] = shape.signal
    data.attrs["axes"] = [axis.name for axis in shape.axes]
    for index, axis in enumerate(shape.axes):
        data.attrs[f"{axis.name}_indices"] = np.uint32(index)
        _axis(data, axis)
    if shape.merged:
        _merged_axes(holder.group("merged_axes", "NXcollection"), shape)


def _axis(group: Group, axis: NxAxis) -> None:
    units = {"units": axis.unit} if axis.unit else {}
    group.put(axis.name, axis.points, long_name=axis.long_name, **units)


def _merged_axes(group: Group, shape: Shape) -> None:
    """Say which axes the running number of a stack counts: NXem has no place for so many."""
    group.put("sizes", np.array([len(axis.points) for axis in shape.merged], np.int64))
    group.put("order", "C: the last axis runs fastest")
    for axis in shape.merged:
        _axis(group, axis)
