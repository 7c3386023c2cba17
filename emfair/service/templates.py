"""Templates of annotations: what someone says again and again, kept under a name of their own.

What does not belong here: filling a form in (the faces), and what was said of other experiments
(`form.before`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from emfair.identity.table import Action
from emfair.model.canonical import canonical_json
from emfair.nxem.annotations import parse_annotations
from emfair.service.access import Access
from emfair.service.form import Document

OF_ONE = ("title", "description", "start_time", "end_time", "files")
"""What is of one experiment alone, and stands in no template."""


def templates(access: Access) -> dict[str, Document]:
    """Return someone's templates, by name."""
    access.service(Action.KEEP)
    kept = access.services.registry.shelves.list(access.subject, "template")
    return {one.name: json.loads(one.content) for one in kept}


def keep(access: Access, name: str, document: Document) -> None:
    """Keep what a document says of any experiment; of the same name the later counts.

    Raises
    ------
    BadAnnotations
        The document is wrong.
    BadCall, TooMuch
        The name cannot be stored, or too much is kept.
    """
    access.service(Action.KEEP)
    notes = parse_annotations(document)
    said = _without(notes.model_dump(mode="json", exclude_defaults=True), OF_ONE)
    content = canonical_json(said).decode()
    access.services.registry.shelves.put(access.subject, "template", name, content)


def forget(access: Access, name: str) -> None:
    """Keep a template no longer."""
    access.service(Action.KEEP)
    access.services.registry.shelves.remove(access.subject, "template", name)


def _without(document: Document, names: Iterable[str]) -> Document:
    return {name: value for name, value in document.items() if name not in names}
