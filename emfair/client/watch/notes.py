"""``emfair.yaml``: what people put into a session's folder, and what is said of it in all.

It is an annotation document with three words more: ``project``, ``proposal``, and ``sample``, which
may be the sample's name instead of a mapping. What does not belong here: the document's own rules
(`emfair.nxem.annotations`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emfair.client.watch.rules import Where
from emfair.errors import BadAnnotations
from emfair.model.annotations import Annotations
from emfair.nxem.annotations import parse_annotations, read_document

_PLACE = ("project", "proposal", "instrument")


@dataclass(frozen=True)
class Notes:
    """What is said of a session: where it belongs, and its annotations."""

    where: Where = field(default_factory=Where)
    annotations: Annotations = field(default_factory=Annotations)


def read_notes(path: Path) -> Notes:
    """Read an ``emfair.yaml``.

    Raises
    ------
    BadAnnotations
        It cannot be read, or does not fit.
    """
    document = read_document(path)
    return parse_notes(document, str(path))


def parse_notes(document: Any, source: str) -> Notes:
    """Check a parsed document. Raises `BadAnnotations`."""
    if not isinstance(document, dict):
        return Notes(annotations=parse_annotations(document, source))
    rest = dict(document)
    said = {name: rest.pop(name) for name in _PLACE if not isinstance(rest.get(name), dict | None)}
    if not isinstance(rest.get("sample"), dict | None):
        said["sample"] = rest.pop("sample")
    words = {name: _word(name, value, source) for name, value in said.items()}
    annotations = parse_annotations(rest, source)
    words.setdefault("sample", annotations.sample.name or "")
    return Notes(Where(**words, title=annotations.title or ""), annotations)


def described(notes: Annotations, *, title: str, operator: str) -> Annotations:
    """Return annotations with a title that was given elsewhere, and the person a folder names."""
    changes: dict[str, Any] = {}
    if title:
        changes["title"] = title
    if operator and not notes.user.name:
        changes["user"] = notes.user.model_copy(update={"name": operator})
    return notes.model_copy(update=changes)


def merged(present: Annotations, ours: Annotations) -> Annotations:
    """Return what was said before, and what we say instead or beside it."""
    before, after = (one.model_dump(mode="json", exclude_defaults=True) for one in (present, ours))
    return Annotations.model_validate(_over(after, before))


def _over(new: Any, old: Any) -> Any:
    if not isinstance(new, dict) or not isinstance(old, dict):
        return new
    return old | {key: _over(value, old.get(key)) for key, value in new.items()}


def _word(name: str, value: Any, source: str) -> str:
    """Return a name as text; a number is one, a list is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not str(value):
        raise BadAnnotations(
            "is no name.", subject=f"{source}: {name}", remedy="Write a text, like Minerals."
        )
    return str(value).strip()
