"""``…/file-reports``: what became of each deposited file, and why.

What does not belong here: the files themselves (`downloads`), and how it is found out
(`emfair.service.file_reports`).
"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from emfair.api import guard
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.documents import UnreadableTag
from emfair.model.findings import Finding
from emfair.registry import ExperimentRow
from emfair.service import browse
from emfair.service.access import Granted
from emfair.service.file_reports import FileReport, Outcome, file_reports

router = APIRouter(prefix="/experiments", tags=["experiments"])


class FileReportAnswer(BaseModel):
    """What became of one file, with those that were read with it."""

    file: str = Field(examples=["scan_012.emi"])
    outcome: Outcome = Field(examples=["read"])
    readers: list[str] = Field(examples=[["TIA"]])
    companions: int = Field(description="Other files that were read with it.", examples=[1])
    is_folder: bool = Field(description="It is a folder that is one file.")
    files: int = Field(examples=[2])
    size: int = Field(description="Bytes of them all.", examples=[8388608])
    measurements: int = Field(examples=[1])
    mapped: int = Field(description="Vendor's tags that were read into facts.", examples=[31])
    kept: int = Field(description="Tags that were only kept.", examples=[112])
    unreadable: list[UnreadableTag]
    why: list[Finding] = Field(description="What did not come out of it.")
    doubts: list[Finding] = Field(description="What a person should look at.")

    @classmethod
    def of(cls, one: FileReport) -> Self:
        """Return the answer."""
        return cls(
            file=one.file,
            outcome=one.outcome,
            readers=list(one.readers),
            companions=one.companions,
            is_folder=one.is_folder,
            files=one.files,
            size=one.size,
            measurements=one.measurements,
            mapped=one.mapped,
            kept=one.kept,
            unreadable=one.unreadable,
            why=one.why,
            doubts=one.doubts,
        )


@router.get("/{experiment}/file-reports", responses=responses(401, 403, 404))
def list_file_reports(
    reading: Annotated[Granted[ExperimentRow], guard.experiment(Action.READ_EXPERIMENT)],
) -> list[FileReportAnswer]:
    """List what became of each file, those that failed first; nothing until it is converted."""
    page = browse.readable(reading.access.services, reading.row)
    if page.manifest is None or page.conversion is None:
        return []
    return [FileReportAnswer.of(one) for one in file_reports(page.manifest, page.conversion)]
