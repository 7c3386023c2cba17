"""From an experiment's documents to its rows in the six tables; a pure function.

What does not belong here: reading the documents, and keeping the rows (`delta`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from emfair.catalogue.schema import TABLES, in_order
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.documents import Conversion, Measurement, Validation
from emfair.model.findings import Severity, count_by_severity
from emfair.model.manifest import Manifest, Place, RawFile
from emfair.nxem.aside import SET_ASIDE
from emfair.nxem.facts import used
from emfair.nxem.session import (
    UsedFacts,
    instrument,
    most_common,
    operator,
    started,
    text,
    times,
    utc,
)
from emfair.vendor.bundles import store_of

NUMBERS = {
    "acceleration_voltage_V": "acceleration_voltage",
    "magnification": "magnification",
    "camera_length_m": "camera_length",
    "dwell_time_s": "dwell_time",
    "acquisition_time_s": "acquisition_time",
    "working_distance_m": "working_distance",
    "beam_current_A": "beam_current",
    "convergence_angle_rad": "convergence_angle",
}
"""Columns of `measurements` that repeat a used fact's number, and its key."""
TEXTS = ("technique", "detector", "operation_mode")
"""Columns of `measurements` that repeat a used fact's text."""

Row = dict[str, Any]


def rows_of(
    manifest: Manifest, annotations: Annotations, conversion: Conversion, validation: Validation
) -> dict[str, pa.Table]:
    """Return an experiment's rows of each table, in the tables' order.

    A quantity's column holds the used fact of its key: neither replaced nor warned of.
    """
    chosen = {m.measurement: used(m.facts) for m in conversion.measurements}
    rows: dict[str, Iterable[Row]] = {
        "experiments": [_experiment(manifest, annotations, conversion, validation, chosen)],
        "measurements": _measurements(conversion, validation, chosen),
        "facts": _facts(conversion),
        "findings": _findings(validation),
        "files": _files(manifest, conversion, validation),
        "tags": (use.model_dump() for use in conversion.tags),
    }
    experiment = {"experiment_id": manifest.place.experiment}
    return {
        name: in_order(
            name, pa.Table.from_pylist([experiment | row for row in found], TABLES[name].columns)
        )
        for name, found in rows.items()
    }


def _experiment(
    manifest: Manifest,
    notes: Annotations,
    conversion: Conversion,
    validation: Validation,
    chosen: Mapping[str, UsedFacts],
) -> Row:
    all_used = list(chosen.values())
    elements = notes.sample.atom_types or _split(most_common(all_used, "atom_types"))
    counts = count_by_severity(validation.findings)
    counts["recommended"] += counts.pop("warning")  # as the column's description says
    return {
        **_names(manifest, notes),
        "description": notes.description or "",
        "verdict": validation.verdict.value,
        "deposited_by": manifest.deposited_by.name,
        "depositor": manifest.deposited_by.subject,
        "sealed_at": utc(manifest.sealed_at),
        "start_time": started(notes, all_used),
        "end_time": utc(notes.end_time) or max(times(all_used, "end_time"), default=None),
        "operator": operator(notes, all_used),
        "orcid": notes.user.orcid or most_common(all_used, "orcid"),
        "sample_name": notes.sample.name or most_common(all_used, "sample_name"),
        "elements": list(dict.fromkeys(elements)),
        "instrument": notes.instrument.name or most_common(all_used, "instrument_name"),
        "vendor": notes.instrument.vendor or most_common(all_used, "vendor"),
        "model": notes.instrument.model or most_common(all_used, "model"),
        "n_files": len(manifest.files),
        "n_measurements": len(conversion.measurements),
        "bytes": sum(file.size for file in manifest.files),
        "container_bytes": sum(m.container_size for m in conversion.measurements),
        **{f"n_{severity}": count for severity, count in counts.items()},
        "prefix": layout.experiment_prefix(manifest.place),
        "manifest_version": conversion.manifest_version,
        "annotations_version": conversion.annotations_version,
        "definition": validation.definition,
        "nxdl_version": validation.nxdl_version,
    }


def _names(manifest: Manifest, notes: Annotations) -> Row:
    return {
        "project_id": manifest.place.project,
        "proposal_id": manifest.place.proposal,
        "sample_id": manifest.place.sample,
        "title": notes.title or manifest.titles.experiment,
        "project_title": manifest.titles.project,
        "proposal_title": manifest.titles.proposal,
        "sample_title": manifest.titles.sample,
    }


def _measurements(
    conversion: Conversion, validation: Validation, chosen: Mapping[str, UsedFacts]
) -> Iterable[Row]:
    verdicts = {report.measurement: report.verdict.value for report in validation.containers}
    for measurement in conversion.measurements:
        facts = chosen[measurement.measurement]
        yield {
            **_as_stored(conversion.place, measurement),
            "verdict": verdicts.get(measurement.measurement),
            "start_time": next(times([facts], "start_time"), None),
            **{column: _number(facts, key) for column, key in NUMBERS.items()},
            **{column: text(facts, column) for column in TEXTS},
            "instrument": instrument(facts),
        }


def _as_stored(place: Place, measurement: Measurement) -> Row:
    same = ("title", "file", "signal_index", "reader", "kind", "dtype", "data_path")
    return {
        **{name: getattr(measurement, name) for name in same},
        "measurement_id": measurement.measurement,
        "companions": list(measurement.companions),
        "shape": list(measurement.shape),
        "axes": [axis.model_dump() for axis in measurement.axes],
        "container": layout.container(place, measurement.measurement),
        "preview": layout.preview(place, measurement.measurement),
        "sha256": measurement.container_sha256,
        "size": measurement.container_size,
        "data_sha256": measurement.data_sha256,
        "file_sha256": measurement.file_sha256,
        "tags_kept": measurement.tags_kept,
        "tags_mapped": measurement.tags.mapped,
        "tags_unreadable": len(measurement.tags.unreadable),
    }


def _facts(conversion: Conversion) -> Iterable[Row]:
    for measurement in conversion.measurements:
        for fact in measurement.facts:
            yield {"measurement_id": measurement.measurement, **fact.model_dump(mode="json")}


def _findings(validation: Validation) -> Iterable[Row]:
    for finding in validation.findings:
        row = finding.model_dump(mode="json")
        yield {"measurement_id": row.pop("measurement"), **row}


def _files(manifest: Manifest, conversion: Conversion, validation: Validation) -> Iterable[Row]:
    readers = {name: m.reader for m in conversion.measurements for name in m.companions}
    readers |= {m.file: m.reader for m in conversion.measurements}
    counts = Counter(name for m in conversion.measurements for name in {m.file, *m.companions})
    broken = {
        finding.file
        for finding in (*conversion.findings, *validation.findings)
        if finding.severity is Severity.ERROR and not finding.measurement
    }
    aside = {finding.file for finding in conversion.findings if finding.rule == SET_ASIDE}
    for file in manifest.files:
        status = "unreadable" if file.name in broken else "kept"
        status = "set aside" if aside & {file.name, store_of(file.name)} else status
        yield {
            **_raw(manifest.place, file),
            "status": "read" if file.name in readers else status,
            "reader": readers.get(file.name, ""),
            "n_measurements": counts[file.name],
        }


def _raw(place: Place, file: RawFile) -> Row:
    return {
        "name": file.name,
        "path": file.path,
        "key": layout.raw_file(place, file.path),
        "size": file.size,
        "sha256": file.sha256,
        "modified_at": utc(file.modified_at),
    }


def _number(facts: UsedFacts, key: str) -> float | None:
    return facts[key].value_num if key in facts else None


def _split(symbols: str | None) -> list[str]:
    return [symbol.strip() for symbol in (symbols or "").split(",") if symbol.strip()]
