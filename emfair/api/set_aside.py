"""``…/set-aside``: files of an experiment that are not to be converted, and count for nothing.

It is said in the annotations: a change is made on their version. What does not belong here: what
becomes of it (`emfair.service.setting_aside`).
"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from emfair.api import guard, versions
from emfair.api.files import Name
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.registry import ExperimentRow
from emfair.service.access import Granted
from emfair.service.annotations import current
from emfair.service.setting_aside import Aside, files_aside, set_aside, take_back

router = APIRouter(tags=["annotations"])
ALL = "/experiments/{experiment}/set-aside"
Reading = Annotated[Granted[ExperimentRow], guard.experiment(Action.READ_EXPERIMENT)]
Writing = Annotated[Granted[ExperimentRow], guard.experiment(Action.ANNOTATE)]
_FILE = "session/scan_012.dm4"
AT_ONCE = 100
"""Files that one request names."""
_CHANGE = responses(400, 401, 403, 404, 409, 412, 422, 428)


class AsideAnswer(BaseModel):
    """A file that is set aside."""

    file: str = Field(examples=[_FILE])
    because: str = Field(examples=["the disk was full: it is cut off"])
    by: str = Field(examples=["local:ada"])
    by_name: str = Field(examples=["Ada Lovelace"])
    at: AwareDatetime

    @classmethod
    def of(cls, one: Aside) -> Self:
        """Return the answer."""
        return cls(file=one.file, because=one.because, by=one.by, by_name=one.name, at=one.at)


class NewAside(BaseModel):
    """Files to set aside, named as in the manifest, and why."""

    model_config = ConfigDict(extra="forbid")

    files: list[Name] = Field(min_length=1, max_length=AT_ONCE)
    because: str = Field(
        min_length=1, max_length=2000, examples=["the disk was full: it is cut off"]
    )


@router.get(ALL, responses=responses(401, 403, 404))
def list_files_aside(reading: Reading, response: Response) -> list[AsideAnswer]:
    """List the files that are set aside, by name."""
    return _all(reading, response)


@router.post(ALL, responses=_CHANGE)
def set_files_aside(
    writing: Writing, version: versions.Expected, new: NewAside, response: Response
) -> list[AsideAnswer]:
    """Set files aside; they are kept as they are, and what is sealed is processed without them."""
    row, because = writing.row, new.because
    set_aside(writing.access, row.id, new.files, because=because, expected_version=version)
    return _all(writing, response)


@router.delete(ALL, responses=_CHANGE)
def take_files_back(
    writing: Writing,
    version: versions.Expected,
    file: Annotated[list[Name], Query(min_length=1, max_length=AT_ONCE)],
    response: Response,
) -> list[AsideAnswer]:
    """Take files back; what is sealed is processed anew, with them."""
    take_back(writing.access, writing.row.id, file, expected_version=version)
    return _all(writing, response)


def _all(granted: Granted[ExperimentRow], response: Response) -> list[AsideAnswer]:
    services = granted.access.services
    row = services.registry.experiments.get(granted.row.id)
    _, version = current(services, row.id)
    versions.tell(response, version)
    return [AsideAnswer.of(one) for one in files_aside(services, row)]
