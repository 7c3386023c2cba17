"""An experiment's documents, read and checked: manifest, annotations, and what the chain writes.

What does not belong here: writing them (`deposits`, `annotations`, `chain`), and noting what a step
of the chain used (`chain.step`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from emfair.errors import BadData, NotFound
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_bytes
from emfair.model.context import Context
from emfair.model.documents import Conversion, Validation
from emfair.model.manifest import Manifest, Place
from emfair.provenance.record import ProvenanceRecord
from emfair.registry import AnnotationRow, ExperimentRow
from emfair.service.services import Services

_Document = TypeVar("_Document", bound=BaseModel)


_DEPOSITED = "Restore it from a backup of the lake, then process the experiment again."
_MADE = "Process the experiment again; if it stays, restore the lake from a backup."
_RECORDED = (
    "Restore it from a backup of the lake; nothing else is lost with it. "
    "Process the experiment again for a new one beside it."
)


class _Kind(NamedTuple):
    """What people are told of a kind of documents where one is damaged, and how large one is.

    Read, it takes up to so many `times` its bytes; a test measures it. The more texts of few
    characters it has, the more: a manifest's files with short names took 8.2 times theirs, a
    conversion's measurements 4.4 to 6.2, findings 2.9 to 5.1, provenance 3.2 to 4.4.
    """

    word: str
    remedy: str
    is_remade: bool = False
    times: int = 9


_KINDS: Mapping[type[BaseModel], _Kind] = {
    Manifest: _Kind("manifest", _DEPOSITED),
    Annotations: _Kind("annotations", _DEPOSITED),
    Context: _Kind("context", _DEPOSITED),
    Conversion: _Kind("conversion", _MADE, is_remade=True, times=7),
    Validation: _Kind("validation", _MADE, is_remade=True, times=6),
    ProvenanceRecord: _Kind("provenance record", _RECORDED, times=5),
}


def parse_document(kind: type[_Document], content: bytes, key: str) -> _Document:
    """Return the document that the lake holds under `key`.

    Raises
    ------
    BadData
        It is damaged, or an older emfair's.
    """
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise BadData(
            f"is damaged: it is no {_KINDS[kind].word} document of this emfair.",
            subject=key,
            remedy=_KINDS[kind].remedy,
        ) from error


def bytes_read(kind: type[BaseModel], size: int) -> int:
    """Return how many bytes a document of `size` bytes takes at most once it is read."""
    return _KINDS[kind].times * size


def is_remade(kind: type[BaseModel]) -> bool:
    """Whether processing the experiment again makes such a document anew."""
    return _KINDS[kind].is_remade


def read_manifest(services: Services, place: Place, version: int) -> Manifest:
    """Return a manifest from the lake. Raises `NotFound`; `BadData` if it is damaged."""
    key = layout.manifest(place, version)
    return parse_document(Manifest, services.lake.read_bytes(key), key)


def sealed_manifest(services: Services, row: ExperimentRow) -> Manifest | None:
    """Return an experiment's manifest, as `read_manifest`; None until its deposit is sealed."""
    if row.manifest_version is None:
        return None
    return read_manifest(services, row.place, row.manifest_version)


def annotations_of(row: AnnotationRow) -> Annotations:
    """Return what a version of the annotations says. Raises `BadData` if it is damaged."""
    return parse_document(Annotations, row.document.encode(), row.experiment)


def read_made(services: Services, kind: type[_Document], key: str) -> _Document:
    """Return a document that the chain makes, and makes anew.

    Raises
    ------
    NotFound
        It has not been made yet.
    BadData
        It is damaged, or an older emfair's.
    """
    return parse_document(kind, services.lake.read_bytes(key), key)


def made(services: Services, kind: type[_Document], key: str) -> _Document | None:
    """Return a document that the chain makes; None until it has. Raises `BadData`."""
    try:
        return read_made(services, kind, key)
    except NotFound:
        return None


def shown(services: Services, kind: type[_Document], key: str) -> _Document | None:
    """Return a document for people to look at: parsed once for as long as its bytes are the same.

    None if it is not there. Raises `BadData`.
    """
    try:
        content = services.lake.read_bytes(key)
    except NotFound:
        return None
    return services.documents.get(
        (kind, key, sha256_bytes(content)),
        lambda: parse_document(kind, content, key),
        lambda _: bytes_read(kind, len(content)),
    )


def shown_manifest(services: Services, place: Place, version: int) -> Manifest:
    """Return a manifest for people to look at. Raises `BadData` if it is damaged, or gone."""
    key = layout.manifest(place, version)
    found = shown(services, Manifest, key)
    if found is None:
        raise BadData("is not in the lake any more.", subject=key, remedy=_DEPOSITED)
    return found
