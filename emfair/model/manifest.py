"""The manifest that seals a deposit: which bytes, whose, since when.

Canonical JSON beside the raw files. Together with the annotation document and its context it is all
the chain needs: nothing in it comes from the registry alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from emfair.model.annotations import Annotations
from emfair.model.canonical import digest_of
from emfair.model.context import Context
from emfair.model.identifiers import Identifier


def _in_utc(value: datetime) -> datetime:
    """Refuse what no calendar holds in UTC; a file's clock may be as wrong as it likes."""
    try:
        value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is before the year 1 or after 9999 in UTC") from error
    return value


FileTime = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""When a file was last written, as its file system says."""


class Place(BaseModel):
    """Where an experiment hangs in the tree Project → Proposal → Sample → Experiment."""

    model_config = ConfigDict(frozen=True)

    project: Identifier
    proposal: Identifier
    sample: Identifier
    experiment: Identifier


class Titles(BaseModel):
    """What people call those four."""

    model_config = ConfigDict(frozen=True)

    project: str
    proposal: str
    sample: str
    experiment: str


class RawFile(BaseModel):
    """One file of a deposit: its given name, where it stands below ``raw/files/``, its bytes."""

    model_config = ConfigDict(frozen=True)

    name: str
    path: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    modified_at: FileTime


class Depositor(BaseModel):
    """Who sealed a deposit: what emfair knows them by, and what people call them."""

    model_config = ConfigDict(frozen=True)

    subject: str
    name: str


class Manifest(BaseModel):
    """A sealed deposit. `version` counts the deposits into one experiment from 1."""

    model_config = ConfigDict(frozen=True)

    schema_version: int = 1
    version: int = Field(default=1, ge=1)
    place: Place
    titles: Titles
    deposited_by: Depositor
    sealed_at: AwareDatetime
    files: tuple[RawFile, ...]

    @property
    def content_digest(self) -> str:
        """SHA-256 over names and bytes alone: equal for the same files deposited again."""
        return content_digest(self.files)


def content_digest(files: tuple[RawFile, ...]) -> str:
    """SHA-256 over the sorted names, sizes and checksums of `files`."""
    return digest_of(sorted([file.name, file.size, file.sha256] for file in files))


def run_key(
    manifest: Manifest,
    annotations: Annotations,
    annotations_version: int,
    context: Context | None = None,
) -> str:
    """Return the name of the content to process: manifest, annotations, their version and context.

    The version is part of it, because Dagster drops a run whose key it has seen: annotations that
    are changed and changed back are processed again. There is no context where an earlier emfair
    sealed.
    """
    documents = [manifest.model_dump(mode="json"), annotations.model_dump(mode="json")]
    records = [context.model_dump(mode="json")] if context else []
    digest = digest_of([*documents, annotations_version, *records])
    return f"{manifest.place.experiment}:{digest[:16]}"
