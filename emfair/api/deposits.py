"""``/deposits`` and what ends one: opened, sealed, given up.

What does not belong here: files on their way (`uploads`).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, ConfigDict, Field

from emfair.api import guard, versions
from emfair.api.answers import ExperimentSummary, summary
from emfair.api.files import KnownFile, UploadAnswer
from emfair.api.idempotency import Once
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.deposits import Order, Whereto
from emfair.model.manifest import Place, Titles
from emfair.nxem.annotations import parse_annotations
from emfair.registry import ExperimentRow
from emfair.service import deposits, uploads
from emfair.service.access import Access, Granted
from emfair.service.refuted import refuted

router = APIRouter(tags=["deposits"], route_class=Once)
Ending = Annotated[Granted[ExperimentRow], guard.experiment(Action.DEPOSIT)]
Beginning = Annotated[Access, guard.listing(Action.CREATE_EXPERIMENT)]
"""Whether they may begin one there, the service decides level by level."""


class Destination(BaseModel):
    """Where an experiment goes: titles, or identifiers of what is there; new levels are made."""

    model_config = ConfigDict(extra="forbid")

    project: str = Field(max_length=500, examples=["Quartz interfaces"])
    proposal: str = Field(max_length=500, examples=["2026-A"])
    sample: str = Field(max_length=500, examples=["Lamella 1"])
    title: str = Field(max_length=500, examples=["Grain boundaries, second session"])

    @property
    def whereto(self) -> Whereto:
        """Return it as a value."""
        return Whereto(self.project, self.proposal, self.sample, self.title)


class NewDeposit(Destination):
    """A deposit of which all is known: the same one again is the same experiment."""

    files: list[KnownFile] = Field(min_length=1)
    annotations: dict[str, Any] = Field(
        default_factory=dict,
        description="What is said of it; see /api/v1/schema/annotations.",
        examples=[{"sample": {"atom_types": ["Si", "O"]}}],
    )


class OpenedDeposit(BaseModel):
    """Where the deposit goes, and which files are still to be sent."""

    place: Place
    titles: Titles
    already_sealed: bool
    todo: list[UploadAnswer]
    damaged: list[str] = Field(
        description="Of a sealed one: files that the chain found missing or different. Put them "
        "back (`PUT /experiments/{experiment}/damaged`).",
        examples=[["scan.dm4"]],
    )


class NewExperiment(Destination):
    """An experiment whose files are still to come."""

    instrument: str | None = Field(None, examples=["titan"])
    restricted: bool = Field(False, description="Only for those who work on it.")


class Reason(BaseModel):
    """Why something is given up."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000, examples=["the wrong sample"])


@router.post("/deposits", responses=responses(400, 401, 403, 404, 409, 413, 422))
def open_deposit(access: Beginning, new: NewDeposit) -> OpenedDeposit:
    """Begin a deposit of known files, resume it, or find it sealed."""
    order = Order(
        new.whereto,
        tuple(file.raw for file in new.files),
        parse_annotations(new.annotations),
    )
    opened = deposits.open_deposit(access, order)
    todo = [] if opened.already_sealed else uploads.missing(access.services, opened)
    return OpenedDeposit(
        place=opened.place,
        titles=opened.titles,
        already_sealed=opened.already_sealed,
        todo=[UploadAnswer.of(row) for row in todo],
        damaged=list(refuted(access.services, opened.place.experiment)),
    )


@router.post(
    "/experiments",
    status_code=status.HTTP_201_CREATED,
    responses=responses(400, 401, 403, 404, 409, 422),
)
def create_experiment(
    access: Beginning, new: NewExperiment, response: Response
) -> ExperimentSummary:
    """Make an experiment whose files are still to come."""
    row = deposits.draft(access, new.whereto, instrument=new.instrument, restricted=new.restricted)
    versions.tell(response, row.version)
    return summary(access, row)


@router.post("/experiments/{experiment}/seal", responses=responses(400, 401, 403, 404, 409, 422))
def seal(ending: Ending, response: Response) -> ExperimentSummary:
    """Seal a deposit whose files have all arrived; again is no error."""
    row = deposits.seal(ending.access, ending.row.id)
    versions.tell(response, row.version)
    return summary(ending.access, row)


@router.post("/experiments/{experiment}/give-up", responses=responses(400, 401, 403, 404, 409, 422))
def give_up(ending: Ending, why: Reason, response: Response) -> ExperimentSummary:
    """Give up a deposit that is not sealed; a later one leaves the experiment as it was."""
    row = deposits.give_up(ending.access, ending.row.id, why.reason)
    versions.tell(response, row.version)
    return summary(ending.access, row)


@router.delete("/experiments/{experiment}", responses=responses(401, 403, 404, 409, 412, 422, 428))
def withdraw(
    ending: Annotated[Granted[ExperimentRow], guard.experiment(Action.DELETE_EXPERIMENT)],
    version: versions.Expected,
    why: Reason,
    response: Response,
) -> ExperimentSummary:
    """Withdraw an experiment for good; its identifier stays as a tombstone."""
    row = deposits.withdraw(
        ending.access, ending.row.id, expected_version=version, reason=why.reason
    )
    versions.tell(response, row.version)
    return summary(ending.access, row)
