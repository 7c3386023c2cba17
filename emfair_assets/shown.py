"""What the Dagster UI shows of a step: links, sizes, verdicts, a picture. Pure."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from dagster import MetadataValue, TableColumn, TableRecord, TableSchema

from emfair.model.documents import Conversion, Validation
from emfair.model.findings import count_by_severity
from emfair.model.manifest import Manifest
from emfair.provenance.record import ProvenanceRecord

PICTURES = 6
PICTURES_LIMIT = 200_000  # bytes of all pictures of an event: they are kept in the event log
ROWS = 25

Shown = dict[str, MetadataValue]


def of_manifest(manifest: Manifest, where: str) -> Shown:
    """Show the deposit: who, when, how much, and its files."""
    rows = [
        {"file": file.name, "bytes": file.size, "sha256": file.sha256[:16] + "…"}
        for file in manifest.files[:ROWS]
    ]
    return {
        "experiment": MetadataValue.text(manifest.titles.experiment),
        "place": MetadataValue.text(" › ".join(manifest.place.model_dump().values())),
        "deposited by": MetadataValue.text(manifest.deposited_by.name),
        "sealed at": MetadataValue.timestamp(manifest.sealed_at),
        "files": MetadataValue.int(len(manifest.files)),
        "bytes": MetadataValue.int(sum(file.size for file in manifest.files)),
        "raw files": MetadataValue.path(where),
        "first files": _table(rows, {"file": "string", "bytes": "int", "sha256": "string"}),
    }


def of_conversion(conversion: Conversion, pictures: Mapping[str, bytes], where: str) -> Shown:
    """Show the containers: what was read by which reader, how it looks."""
    measurements = conversion.measurements
    rows = [
        {
            "file": one.file,
            "signal": one.title.removeprefix(one.file).lstrip(", "),
            "stored as": f"{one.kind}: {' × '.join(map(str, one.shape))} {one.dtype}",
            "reader": one.reader,
        }
        for one in measurements[:ROWS]
    ]
    kinds = Counter(one.kind for one in measurements)
    shown: Shown = {
        "containers": MetadataValue.int(len(measurements)),
        "bytes": MetadataValue.int(sum(one.container_size for one in measurements)),
        "kinds": MetadataValue.text(", ".join(f"{n} × {kind}" for kind, n in kinds.most_common())),
        "findings of files": MetadataValue.int(len(conversion.findings)),
        "folder": MetadataValue.path(where),
    }
    if gallery := _gallery(pictures, {one.measurement: one.title for one in measurements}):
        shown["preview"] = MetadataValue.md(gallery)
    if rows:
        shown["measurements"] = _table(rows, dict.fromkeys(rows[0], "string"))
    return shown


def of_validation(validation: Validation, where: str, link: str) -> Shown:
    """Show the verdict and the most severe findings."""
    rows = [
        {
            "severity": finding.severity.value,
            "where": finding.field or finding.path or finding.file,
            "what": finding.message,
            "what to do": finding.hint,
        }
        for finding in validation.findings[:ROWS]
    ]
    counts = count_by_severity(validation.findings)
    shown: Shown = {
        "verdict": MetadataValue.text(validation.verdict.value),
        "containers": MetadataValue.int(len(validation.containers)),
        **{f"findings: {name}": MetadataValue.int(number) for name, number in counts.items()},
        "NXem definitions": MetadataValue.text(validation.nxdl_version),
        "validator": MetadataValue.text(validation.validator),
        "report": MetadataValue.path(where),
        "report in the app": MetadataValue.url(link),
    }
    if rows:
        shown["first findings"] = _table(rows, dict.fromkeys(rows[0], "string"))
    return shown


def of_record(record: ProvenanceRecord, where: str) -> Shown:
    """Show the provenance record, whole."""
    return {
        "provenance record": MetadataValue.path(where),
        "provenance": MetadataValue.json(record.model_dump(mode="json")),
    }


def _table(rows: Iterable[dict[str, Any]], columns: Mapping[str, str]) -> MetadataValue:
    schema = TableSchema(columns=[TableColumn(name, kind) for name, kind in columns.items()])
    return MetadataValue.table([TableRecord(row) for row in rows], schema=schema)


def _gallery(pictures: Mapping[str, bytes], titles: Mapping[str, str]) -> str:
    """Return the first pictures as Markdown with the bytes in it: no server has to be reached."""
    shown: list[str] = []
    spent = 0
    for name, png in pictures.items():
        if len(shown) == PICTURES or spent + len(png) > PICTURES_LIMIT:
            continue
        spent += len(png)
        text = "".join(char if char.isalnum() or char in " -.,()" else " " for char in titles[name])
        shown.append(f"![{text}](data:image/png;base64,{base64.b64encode(png).decode()})")
    more = len(pictures) - len(shown)
    return "\n\n".join(shown) + (f"\n\n… and {more} more." if shown and more else "")
