"""Files as the API speaks of them: announced, on their way, sent in parts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from emfair.lake.uploads import Part, PartTarget
from emfair.model.manifest import FileTime, RawFile
from emfair.model.paths import lake_path
from emfair.registry import UploadRow
from emfair.service.uploads import Announced, parts_of

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=[EMPTY])]
Md5 = Annotated[
    str, Field(pattern=r"^[0-9a-f]{32}$", examples=["d41d8cd98f00b204e9800998ecf8427e"])
]
Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description="Relative, with '/' between folders, as its owner calls it.",
        examples=["session/scan_012.dm4"],
    ),
]
Size = Annotated[int, Field(ge=0, le=1 << 62, description="Bytes.", examples=[16973824])]
_TIME = "2026-01-22T12:20:05Z"


class NewFile(BaseModel):
    """A file that is to come."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    size: Size
    modified_at: FileTime = Field(examples=[_TIME])
    sha256: Sha256 | None = None

    @property
    def announced(self) -> Announced:
        """Return it as a value."""
        return Announced(self.name, self.size, self.modified_at, self.sha256)


class KnownFile(BaseModel):
    """A file that is to come, all of which is known."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    size: Size
    modified_at: FileTime = Field(examples=[_TIME])
    sha256: Sha256

    @property
    def raw(self) -> RawFile:
        """Return it as a value. Raises `BadName`."""
        return RawFile(
            name=self.name,
            path=lake_path(self.name),
            size=self.size,
            sha256=self.sha256,
            modified_at=self.modified_at,
        )


class NewFiles(BaseModel):
    """Files that are announced together."""

    model_config = ConfigDict(extra="forbid")

    files: list[NewFile] = Field(min_length=1)


class UploadAnswer(BaseModel):
    """A file on its way.

    `part_size` are the bytes of each part but the last; an empty file has one, which is empty.
    """

    id: str = Field(examples=["u-0f3c5a7d9b1e2f4a6c8d"])
    experiment: str = Field(examples=["e-20260122-k3f9zqmh"])
    name: str
    path: str = Field(description="Where it will stand below the experiment's raw/files/.")
    size: int
    sha256: str | None
    part_size: int = Field(examples=[16777216])
    begun: bool = Field(description="Whether parts of it may be there.")
    done_at: AwareDatetime | None = Field(description="When it was whole.")

    @classmethod
    def of(cls, row: UploadRow) -> Self:
        """Return an upload."""
        return cls(
            id=row.id,
            experiment=row.experiment,
            name=row.name,
            path=row.path,
            size=row.size,
            sha256=row.sha256,
            part_size=parts_of(row),
            begun=row.store_upload is not None,
            done_at=row.done_at,
        )


class KnownBytes(BaseModel):
    """A file that has these bytes already, in an experiment that whoever asks may see."""

    sha256: str
    experiment: str
    path: str


class AnnouncedFiles(BaseModel):
    """The uploads, in the order of the files, and which bytes are known already."""

    uploads: list[UploadAnswer]
    known: list[KnownBytes]


class PartAnswer(BaseModel):
    """A part that is there; `checksum` is its MD5 on S3, `xxh128:` and its XXH3-128 in a folder."""

    number: int
    size: int
    checksum: str

    @classmethod
    def of(cls, part: Part) -> Self:
        """Return a part."""
        return cls(number=part.number, size=part.size, checksum=part.checksum)


class UploadState(UploadAnswer):
    """A file on its way, and the parts of it that are there."""

    parts: list[PartAnswer]


class PartWanted(BaseModel):
    """A part that is about to be sent."""

    model_config = ConfigDict(extra="forbid")

    md5: Md5


class PartTargetAnswer(BaseModel):
    """Where to PUT a part, with exactly these headers.

    An address without a host is this server's own, and wants the same login as any request.
    """

    url: str
    headers: dict[str, str]
    expires_at: AwareDatetime | None

    @classmethod
    def of(cls, target: PartTarget | None, here: str) -> Self:
        """Return the store's own address, or `here` where there is none."""
        if target is None:
            headers = {"Content-Type": "application/octet-stream"}
            return cls(url=here, headers=headers, expires_at=None)
        headers = {"Content-Type": "application/octet-stream", **target.headers}
        return cls(url=target.url, headers=headers, expires_at=target.expires_at)


class Completion(BaseModel):
    """The whole file's checksum; it may be left out if it was announced."""

    model_config = ConfigDict(extra="forbid")

    sha256: Sha256 | None = None


class Capability(BaseModel):
    """A token that sends the parts of one file, and nothing else, until a time."""

    token: str
    expires_at: datetime
