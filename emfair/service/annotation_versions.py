"""The versions of an experiment's annotations: who said what when, and what it replaced.

What does not belong here: new ones (`annotations`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emfair.errors import NotFound
from emfair.model.annotations import Annotations
from emfair.registry import AnnotationEdit, AnnotationRow
from emfair.service.documents import annotations_of
from emfair.service.naming import names
from emfair.service.services import Services


@dataclass(frozen=True)
class Version:
    """One version as it was given; `name` is its author's, empty if they have no card."""

    row: AnnotationRow
    annotations: Annotations
    name: str


@dataclass(frozen=True)
class History:
    """Every version and what it changed, newest first; `names` are the authors', by subject."""

    edits: tuple[AnnotationEdit, ...]
    names: Mapping[str, str]


def newest(services: Services, experiment: str) -> Version | None:
    """Return the newest version; None before the first. Raises `NotFound`."""
    rows = services.registry.annotations.versions(experiment)
    return _read(services, rows[0]) if rows else None


def version(services: Services, experiment: str, number: int) -> Version:
    """Return a version. Raises `NotFound`."""
    for row in services.registry.annotations.versions(experiment):
        if row.version == number:
            return _read(services, row)
    raise NotFound(
        f"there is no version {number} of its annotations.",
        subject=experiment,
        remedy="See their history for those there are.",
    )


def history(services: Services, experiment: str) -> History:
    """Return what became of the annotations, field by field. Raises `NotFound`."""
    edits = services.registry.annotations.history(experiment)
    return History(edits, names(services, (edit.author for edit in edits)))


def _read(services: Services, row: AnnotationRow) -> Version:
    return Version(row, annotations_of(row), names(services, [row.author]).get(row.author, ""))
