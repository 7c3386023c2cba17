"""What the registry's records say of an experiment, and the version of annotations that has it.

What does not belong here: the documents in the lake (`annotations.keep_annotations`), and what
becomes of them (`emfair.nxem`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emfair.model.canonical import canonical_json
from emfair.model.context import (
    Context,
    RecordedInstrument,
    RecordedProject,
    RecordedProposal,
    RecordedSample,
)
from emfair.registry import AnnotationRow, CardRow, ExperimentRow
from emfair.service.documents import parse_document
from emfair.service.services import Services


@dataclass(frozen=True)
class Due:
    """A version of the annotations that is about to be processed, and the context it has."""

    version: int
    context: Context | None

    @property
    def document(self) -> str:
        """The context as JSON text."""
        return "" if self.context is None else canonical_json(self.context).decode()


def context_of(services: Services, row: ExperimentRow) -> Context:
    """Return what the records say now."""
    registry = services.registry
    named = row.instrument
    return Context(
        project=RecordedProject(**_recorded(registry.projects.get(row.project))),
        proposal=RecordedProposal(**_recorded(registry.proposals.get(row.project, row.proposal))),
        sample=RecordedSample(
            **_recorded(registry.samples.get(row.project, row.proposal, row.sample))
        ),
        instrument=RecordedInstrument(**_recorded(registry.instruments.get(named)))
        if named
        else None,
    )


def kept_context(row: AnnotationRow) -> Context | None:
    """Return the context that a version has; None if it was not processed yet, or long ago."""
    return parse_document(Context, row.context.encode(), row.experiment) if row.context else None


def due(services: Services, row: ExperimentRow, newest: AnnotationRow | None) -> Due:
    """Return what a seal makes true: the newest version, or the next one if records have changed.

    A draft has no context yet, and gets the records of now.
    """
    now = Due(newest.version if newest else 1, context_of(services, row))
    if newest is None or newest.context in ("", now.document):
        return now
    return Due(newest.version + 1, now.context)


def _recorded(row: CardRow[Any]) -> dict[str, Any]:
    return {"id": row.id, "version": row.version, "card": row.card}
