"""What a server answers, as far as whoever sends files reads it."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from emfair.client.problems import not_emfair
from emfair.model.annotations import Annotations
from emfair.model.manifest import Place, Titles
from emfair.model.states import ExperimentState

T = TypeVar("T")


class UploadSeen(BaseModel):
    """A file on its way, as the server knows it."""

    id: str
    experiment: str
    path: str
    size: int
    part_size: int
    begun: bool
    done_at: AwareDatetime | None


class PartSeen(BaseModel):
    """A part that is there; `checksum` is an object store's MD5, or see `part_checksum`."""

    number: int
    size: int
    checksum: str


class UploadState(UploadSeen):
    """The same, with the parts that are there."""

    parts: list[PartSeen]


class Announced(BaseModel):
    """The uploads of the files that were announced, in their order."""

    uploads: list[UploadSeen]


class OpenedDeposit(BaseModel):
    """Where a deposit goes, and what is to be sent."""

    place: Place
    titles: Titles
    already_sealed: bool
    todo: list[UploadSeen]
    damaged: list[str]


class PartTarget(BaseModel):
    """Where a part goes; an address without a host is the server's own."""

    url: str
    headers: dict[str, str]
    expires_at: AwareDatetime | None


class ExperimentLine(BaseModel):
    """An experiment, without what it holds."""

    id: str
    state: ExperimentState
    reason: str
    processed: bool


class ExperimentSeen(BaseModel):
    """An experiment."""

    experiment: ExperimentLine


class AnnotationsSeen(BaseModel):
    """What is said of an experiment, and which version of it that is."""

    annotations: Annotations
    version: int


def read_answer(kind: type[T], answer: Any, where: str) -> T:
    """Return an answer as a value. Raises `BadSetting` if no emfair would answer so."""
    try:
        return TypeAdapter(kind).validate_python(answer)
    except ValidationError as error:
        raise not_emfair(where, "answered something else") from error
