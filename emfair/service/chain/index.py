"""Last step: the experiment's rows in the index, and its final state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emfair.errors import Conflict
from emfair.lake import layout
from emfair.model.documents import Validation
from emfair.model.findings import Severity
from emfair.model.identifiers import check_identifier
from emfair.model.manifest import Place, run_key
from emfair.model.states import ExperimentState
from emfair.provenance.record import ProvenanceRecord
from emfair.service.chain.step import Step, Subject, begin, converted, keep
from emfair.service.documents import parse_document
from emfair.service.services import Services

if TYPE_CHECKING:
    import pyarrow as pa

CODE_VERSION = "1"
COMPACT_EVERY = 64
"""Changes of the index between two compactions: it takes 0.3 s at 10⁵ rows."""


@dataclass(frozen=True)
class ExperimentRows:
    """An experiment's rows of all six tables, on their way to the index."""

    place: Place
    tables: dict[str, pa.Table]
    state: ExperimentState
    reason: str
    run_key: str
    record: ProvenanceRecord

    @property
    def digest(self) -> str:
        """SHA-256 over the rows: equal rows, equal digest."""
        return digest_of_rows(self.tables)


def digest_of_rows(tables: Mapping[str, pa.Table]) -> str:
    """Return the SHA-256 over tables' names, columns and values."""
    digest = hashlib.sha256()
    for name, table in sorted(tables.items()):
        digest.update(name.encode())
        for column in table.columns:
            digest.update(json.dumps(column.to_pylist(), default=str).encode())
    return digest.hexdigest()


def gather(services: Services, experiment: str, *, run: str) -> ExperimentRows:
    """Return an experiment's rows, from its documents in the lake."""
    from emfair.catalogue.rows import rows_of

    step = begin(services, "metadata_index", experiment, run, CODE_VERSION)
    subject, conversion = converted(step)
    report = step.read(layout.report(subject.place, "json"), "validation_report")
    validation = parse_document(Validation, report, layout.report(subject.place, "json"))
    tables = rows_of(subject.manifest, subject.annotations, conversion, validation)
    step.configuration["rows"] = {name: table.num_rows for name, table in tables.items()}
    step.configuration["rows_sha256"] = digest_of_rows(tables)
    return _rows(step, subject, validation, tables)


def publish(services: Services, rows: ExperimentRows, compact_every: int = COMPACT_EVERY) -> bool:
    """Replace the experiment in the index, publish the snapshot, set the state.

    Returns whether any row changed. What is asked between sees the experiment as it was or as it
    is, never half. Every experiment adds a small file to each table: after `compact_every` changes
    they are merged.
    """
    from emfair.catalogue.snapshot import publish as publish_snapshot

    changed = services.index.replace(rows.place.experiment, rows.tables)
    state = services.index.pointer()
    if changed and state is not None and state.serial % compact_every == 0:
        services.index.compact()
    publish_snapshot(services.index, services.scratch)
    keep(services, rows.place, rows.record)
    _set_state(services, rows)
    return changed


def published(services: Services, experiment: str) -> dict[str, pa.Table]:
    """Return an experiment's rows as the index has them, by table."""
    from emfair.catalogue.query import ask
    from emfair.catalogue.schema import TABLES

    check_identifier(experiment)
    return {
        name: ask(
            services.index,
            f"SELECT * FROM {name} WHERE experiment_id = '{experiment}'",  # noqa: S608  checked
        ).table
        for name in TABLES
    }


def _rows(
    step: Step, subject: Subject, validation: Validation, tables: dict[str, pa.Table]
) -> ExperimentRows:
    errors = [f for f in validation.findings if f.severity is Severity.ERROR]
    asked = [f for f in validation.findings if f.severity is Severity.MISSING]
    first = next(iter([*errors, *asked]), None)
    return ExperimentRows(
        place=subject.place,
        tables=tables,
        state=ExperimentState(validation.verdict.value),
        reason=first.told if first else "",
        run_key=run_key(
            subject.manifest, subject.annotations, subject.annotations_version, subject.context
        ),
        record=step.finish(subject.manifest.deposited_by.subject),
    )


def _set_state(services: Services, rows: ExperimentRows) -> None:
    """Move the experiment to its verdict, over ``processing`` where a step was run by hand.

    An experiment that is uploading, published or tombstoned meanwhile keeps its state.
    """
    experiments = services.registry.experiments
    kept = (ExperimentState.UPLOADING, ExperimentState.PUBLISHED, ExperimentState.TOMBSTONED)
    if experiments.get(rows.place.experiment).state in kept:
        return
    try:
        experiments.set_state(rows.place.experiment, ExperimentState.PROCESSING)
        experiments.set_state(
            rows.place.experiment, rows.state, reason=rows.reason, processed_key=rows.run_key
        )
    except Conflict:
        if experiments.get(rows.place.experiment).state not in kept:
            raise
