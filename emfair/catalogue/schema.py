"""The six tables and their columns, each with the sentence that a help page shows.

Numbers are SI; a column of a quantity ends in its unit. What does not belong here: where the
values come from (`rows`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

DESCRIPTION = b"description"

_TEXT = pa.string()
_LIST = pa.list_(pa.field("element", pa.string()))
_COUNTS = pa.list_(pa.field("element", pa.int64()))
_TIME = pa.timestamp("us", "UTC")
_WHOLE = pa.int64()
_REAL = pa.float64()
_AXES = pa.list_(
    pa.field(
        "element",
        pa.struct(
            [
                pa.field("name", _TEXT),
                pa.field("long_name", _TEXT),
                pa.field("size", _WHOLE),
                pa.field("unit", _TEXT),
                pa.field("scale", _REAL),
                pa.field("offset", _REAL),
            ]
        ),
    )
)


@dataclass(frozen=True)
class TableSchema:
    """One table: what a row is, its columns, and the order its rows stand in."""

    name: str
    description: str
    columns: pa.Schema
    order: tuple[str, ...]


def _table(
    name: str, description: str, order: str, columns: list[tuple[str, pa.DataType, str]]
) -> TableSchema:
    identifier = ("experiment_id", _TEXT, "The experiment's identifier; joins all six tables.")
    fields = [
        pa.field(column, kind, metadata={DESCRIPTION: text.encode()})
        for column, kind, text in [identifier, *columns]
    ]
    metadata: dict[bytes | str, bytes | str] = {DESCRIPTION: description.encode()}
    return TableSchema(
        name, description, pa.schema(fields, metadata), ("experiment_id", *order.split())
    )


EXPERIMENTS = _table(
    "experiments",
    "One row an experiment: a session of one person on one sample at one instrument.",
    "",
    [
        ("project_id", _TEXT, "Identifier of its project."),
        ("proposal_id", _TEXT, "Identifier of its proposal."),
        ("sample_id", _TEXT, "Identifier of its sample."),
        ("title", _TEXT, "What people call the experiment."),
        ("project_title", _TEXT, "What people call the project."),
        ("proposal_title", _TEXT, "What people call the proposal."),
        ("sample_title", _TEXT, "What people call the sample."),
        ("description", _TEXT, "The depositor's own words; empty if there are none."),
        ("verdict", _TEXT, "valid, needs-input or invalid, by NXem."),
        ("deposited_by", _TEXT, "Who sealed the deposit, by name."),
        ("depositor", _TEXT, "What emfair knows them by: ada@https://login.example.org/."),
        ("sealed_at", _TIME, "When the deposit was sealed."),
        ("start_time", _TIME, "When the first acquisition began, as people or files say."),
        ("end_time", _TIME, "When the last acquisition ended, as people or files say."),
        ("operator", _TEXT, "Who sat at the instrument."),
        ("orcid", _TEXT, "The operator's ORCID iD."),
        ("sample_name", _TEXT, "Name of the sample, as people or files say."),
        ("elements", _LIST, "IUPAC symbols of the elements in the sample, in the order given."),
        ("instrument", _TEXT, "Name of the instrument that most measurements come from."),
        ("vendor", _TEXT, "That instrument's manufacturer."),
        ("model", _TEXT, "That instrument's model."),
        ("n_files", _WHOLE, "Number of deposited files."),
        ("n_measurements", _WHOLE, "Number of measurements, each with its container."),
        ("bytes", _WHOLE, "Size of the deposited files together."),
        ("container_bytes", _WHOLE, "Size of the containers together."),
        ("n_error", _WHOLE, "Findings that make the experiment invalid."),
        ("n_missing", _WHOLE, "Values that NXem requires and nobody has given yet."),
        ("n_recommended", _WHOLE, "Values that NXem recommends, and contradictions to look at."),
        ("n_undocumented", _WHOLE, "Things in the containers that NXem has no concept for."),
        ("n_note", _WHOLE, "Findings that are good to know."),
        ("prefix", _TEXT, "Where everything of the experiment stands in the lake."),
        ("manifest_version", _WHOLE, "Number of deposits into the experiment so far."),
        ("annotations_version", _WHOLE, "Version of the annotation document that was used."),
        ("definition", _TEXT, "The NeXus application definition checked against."),
        ("nxdl_version", _TEXT, "Version of the NeXus definitions checked against."),
    ],
)

MEASUREMENTS = _table(
    "measurements",
    "One row a measurement: one image, spectrum, scan … in one NXem container.",
    "measurement_id",
    [
        ("measurement_id", _TEXT, "The measurement's identifier; also the container's name."),
        ("title", _TEXT, "What the vendor's file or a person calls it."),
        ("file", _TEXT, "The raw file it was read from, as deposited."),
        ("companions", _LIST, "Other raw files read with it."),
        ("signal_index", _WHOLE, "Its place among the signals of the file, from 0."),
        ("reader", _TEXT, "RosettaSciIO's name of the file's format."),
        ("technique", _TEXT, "STEM imaging, STEM EDS, SEM imaging …; null if not certain."),
        ("instrument", _TEXT, "Name of its own instrument, or else its model; null if unsaid."),
        ("kind", _TEXT, "NXdata group that holds it (image_2d, spectrum_1d, stack_2d)."),
        ("shape", _COUNTS, "Number of points along each axis."),
        ("dtype", _TEXT, "Type of the array's numbers (uint16)."),
        ("axes", _AXES, "Each axis: name, long_name, size, unit, scale (step), offset."),
        ("verdict", _TEXT, "valid, needs-input or invalid, by NXem."),
        ("start_time", _TIME, "When the acquisition began."),
        ("acceleration_voltage_V", _REAL, "Acceleration voltage of the beam, in volt."),
        ("magnification", _REAL, "Magnification, as the vendor defines it."),
        ("camera_length_m", _REAL, "Camera length, in metre."),
        ("dwell_time_s", _REAL, "Dwell time of the scanned probe, in seconds a point."),
        ("acquisition_time_s", _REAL, "Time the detector counted, in seconds."),
        ("working_distance_m", _REAL, "Working distance, in metre."),
        ("beam_current_A", _REAL, "Current of the probe, in ampere."),
        ("convergence_angle_rad", _REAL, "Semi-angle of convergence, in radian."),
        ("detector", _TEXT, "Name of the detector or camera."),
        ("operation_mode", _TEXT, "Mode of operation, in the vendor's words."),
        ("container", _TEXT, "Key of the NXem container in the lake."),
        ("data_path", _TEXT, "Path of the array in the container."),
        ("preview", _TEXT, "Key of the preview picture in the lake."),
        ("sha256", _TEXT, "SHA-256 of the container."),
        ("size", _WHOLE, "Size of the container, in bytes."),
        ("data_sha256", _TEXT, "SHA-256 of the decoded array's bytes, C order, little endian."),
        ("file_sha256", _TEXT, "SHA-256 of the raw file."),
        ("tags_kept", _WHOLE, "Number of vendor tags kept verbatim in the container: all of them."),
        ("tags_mapped", _WHOLE, "How many of them were read into facts."),
        ("tags_unreadable", _WHOLE, "How many of them should have been, and could not be read."),
    ],
)

FACTS = _table(
    "facts",
    "One row a metadata value, used or not, with where it came from.",
    "measurement_id key replaced_by source",
    [
        ("measurement_id", _TEXT, "The measurement it is about."),
        ("key", _TEXT, "Name of the quantity (acceleration_voltage)."),
        ("value_num", _REAL, "The value of a number, in `unit`; null for text."),
        ("value_text", _TEXT, "The value of a text; empty for a number."),
        ("unit", _TEXT, "SI unit of `value_num`; empty for pure numbers and texts."),
        ("source", _TEXT, "Who says so: form, profile, record, calendar, vendor or derived."),
        ("source_path", _TEXT, "At which tag or field."),
        ("raw", _TEXT, "In which words, before any unit was converted."),
        ("extractor", _TEXT, "The table or function that read it."),
        ("extractor_version", _TEXT, "Its version."),
        ("replaced_by", _TEXT, "The source that won over this one; empty if none did."),
        ("reason", _TEXT, "Why it was replaced, or what it was derived from."),
        ("warning", _TEXT, "What is odd about it; a value with a warning is not used."),
    ],
)

FINDINGS = _table(
    "findings",
    "One row a thing that is not as it should be.",
    "severity file measurement_id path rule message",
    [
        ("severity", _TEXT, "error, missing, warning, recommended, undocumented or note."),
        ("rule", _TEXT, "Name of the rule it breaks."),
        ("message", _TEXT, "What is wrong."),
        ("hint", _TEXT, "What to do."),
        ("file", _TEXT, "The raw file it is about; empty for the whole experiment."),
        ("measurement_id", _TEXT, "The measurement it is about, or empty."),
        ("path", _TEXT, "The place in the container, or empty."),
        ("field", _TEXT, "The annotation that mends it (sample.atom_types), or empty."),
    ],
)

FILES = _table(
    "files",
    "One row a deposited file.",
    "name",
    [
        ("name", _TEXT, "Its name, as deposited."),
        ("path", _TEXT, "Its name below raw/files, as the lake spells it."),
        ("key", _TEXT, "Its key in the lake."),
        ("size", _WHOLE, "Its size, in bytes."),
        ("sha256", _TEXT, "SHA-256 of its bytes."),
        ("modified_at", _TIME, "When it was last written, before it was deposited."),
        (
            "status",
            _TEXT,
            "read, kept (nothing to measure in it), unreadable, or set aside (see findings).",
        ),
        ("reader", _TEXT, "RosettaSciIO's name of its format; empty if not read."),
        ("n_measurements", _WHOLE, "Number of measurements read from it or with its help."),
    ],
)

TAGS = _table(
    "tags",
    "One row a tag of a vendor's format, as an experiment's files use it.",
    "reader tag",
    [
        ("reader", _TEXT, "RosettaSciIO's name of the files' format."),
        ("tag", _TEXT, "Its path; places in lists and running numbers are *."),
        ("mapped_as", _TEXT, "The keys it is read into, with commas; empty if it is only kept."),
        ("measurements", _WHOLE, "In how many of the experiment's measurements it stands."),
        ("varies", pa.bool_(), "Whether its value differs between them."),
        ("example", _TEXT, "Its value in the first of them, shortened."),
    ],
)

TABLES = {table.name: table for table in (EXPERIMENTS, MEASUREMENTS, FACTS, FINDINGS, FILES, TAGS)}
"""The tables by name, in the order people meet them."""


def in_order(name: str, rows: pa.Table) -> pa.Table:
    """Return the rows of table `name` in its one order: by its keys, then by every plain column."""
    table = TABLES[name]
    rest = [
        field.name
        for field in table.columns
        if field.name not in table.order and not pa.types.is_nested(field.type)
    ]
    keys: list[tuple[str, Literal["ascending", "descending"]]] = [
        (column, "ascending") for column in (*table.order, *rest)
    ]
    return rows.sort_by(keys).combine_chunks()
