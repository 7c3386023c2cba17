"""The annotations' history: every version of an experiment's document, by whom and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from emfair.registry.tables import PERSON_LIMIT, annotation
from emfair.registry.texts import encodable, storable


@dataclass(frozen=True)
class AnnotationRow:
    """One version of an experiment's annotation document (JSON text)."""

    experiment: str
    version: int
    document: str
    author: str
    created_at: datetime
    reason: str


def add(connection: Connection, row: AnnotationRow) -> None:
    """Insert a version.

    Raises
    ------
    BadCall
        One of its texts cannot be stored.
    """
    checked = {
        "document": encodable(row.document, "annotations"),
        "author": storable(row.author, "author", PERSON_LIMIT),
        "reason": encodable(row.reason, "reason"),
    }
    connection.execute(insert(annotation).values(asdict(row) | checked))


def versions(connection: Connection, experiment: str) -> tuple[AnnotationRow, ...]:
    """Return all versions of an experiment's annotations, newest first."""
    rows = connection.execute(
        select(annotation)
        .where(annotation.c.experiment == experiment)
        .order_by(annotation.c.version.desc())
    )
    return tuple(AnnotationRow(**row) for row in rows.mappings())


def document(connection: Connection, experiment: str, version: int) -> str | None:
    """Return one version's document, or None if there is no such version."""
    return connection.execute(
        select(annotation.c.document).where(
            annotation.c.experiment == experiment, annotation.c.version == version
        )
    ).scalar_one_or_none()
