"""``/experiments``: lists, one experiment, its findings and provenance; its title and instrument.

What does not belong here: what a person takes away from it (`downloads`), and how it comes to be
(`deposits`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from emfair.api import guard, versions
from emfair.api.answers import ExperimentAnswer, ExperimentsAnswer, ExperimentSummary, summary
from emfair.api.cards import After, Limit
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.findings import Finding
from emfair.model.states import ExperimentState
from emfair.provenance.record import ProvenanceRecord
from emfair.registry import ExperimentEdit, ExperimentRow
from emfair.service import browse
from emfair.service.access import Access, Granted
from emfair.service.nouns.experiment_edits import edit_experiment
from emfair.service.pages import PAGE

router = APIRouter(prefix="/experiments", tags=["experiments"])
Reading = Annotated[Granted[ExperimentRow], guard.experiment(Action.READ_EXPERIMENT)]


class ExperimentChange(BaseModel):
    """What people decide about an experiment; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(
        None, min_length=1, max_length=500, examples=["Grain boundaries, second session"]
    )
    instrument: str | None = Field(
        None, description="Its identifier; empty for none.", examples=["titan"]
    )


class Sharing(BaseModel):
    """Who may see an experiment."""

    model_config = ConfigDict(extra="forbid")

    restricted: bool = Field(description="Only for those who work on it.", examples=[True])


@router.get("", responses=responses(400, 401, 404, 422))
def list_experiments(
    access: Annotated[Access, guard.listing(Action.READ_EXPERIMENT)],
    state: ExperimentState | None = None,
    project: Annotated[str | None, Query(examples=["quartz-interfaces"])] = None,
    proposal: Annotated[str | None, Query(examples=["2026-a"])] = None,
    sample: Annotated[str | None, Query(examples=["lamella-1"])] = None,
    instrument: Annotated[str | None, Query(examples=["titan"])] = None,
    depositor: Annotated[str | None, Query(examples=["local:ada"])] = None,
    text: Annotated[str, Query(max_length=200, examples=["lamella"])] = "",
    limit: Limit = PAGE,
    after: After = None,
) -> ExperimentsAnswer:
    """List the experiments that whoever asks may see, newest first."""
    page = browse.experiments(
        access,
        state=state,
        project=project,
        proposal=proposal,
        sample=sample,
        instrument=instrument,
        depositor=depositor,
        text=text,
        limit=limit,
        after=after,
    )
    return ExperimentsAnswer.of(page)


@router.get("/{experiment}", responses=responses(401, 403, 404))
def show_experiment(request: Request, response: Response, reading: Reading) -> ExperimentAnswer:
    """Show one experiment: where it hangs, its state, its files and measurements."""
    versions.tell(response, reading.row.version)
    base = request.url.path.rstrip("/")
    return ExperimentAnswer.of(browse.experiment(reading.access.services, reading.row), base)


@router.patch("/{experiment}", responses=responses(400, 401, 403, 404, 409, 412, 422, 428))
def change_experiment(
    editing: Annotated[Granted[ExperimentRow], guard.experiment(Action.EDIT_EXPERIMENT)],
    version: versions.Expected,
    change: ExperimentChange,
    response: Response,
) -> ExperimentSummary:
    """Change the title before it is sealed, or the instrument."""
    return _edit(editing, version, ExperimentEdit(change.title, change.instrument), response)


@router.put("/{experiment}/sharing", responses=responses(400, 401, 403, 404, 409, 412, 422, 428))
def share_experiment(
    sharing: Annotated[Granted[ExperimentRow], guard.experiment(Action.SHARE_EXPERIMENT)],
    version: versions.Expected,
    wanted: Sharing,
    response: Response,
) -> ExperimentSummary:
    """Restrict an experiment to those who work on it, or open it to the project."""
    return _edit(sharing, version, ExperimentEdit(restricted=wanted.restricted), response)


@router.get("/{experiment}/findings", responses=responses(401, 403, 404))
def list_findings(reading: Reading) -> list[Finding]:
    """List what is not as it should be, most severe first."""
    return list(browse.experiment(reading.access.services, reading.row).findings)


@router.get("/{experiment}/provenance", responses=responses(401, 403, 404))
def list_provenance(reading: Reading) -> list[ProvenanceRecord]:
    """List the provenance records, oldest first."""
    return list(browse.experiment(reading.access.services, reading.row).records)


def _edit(
    granted: Granted[ExperimentRow], version: int, edit: ExperimentEdit, response: Response
) -> ExperimentSummary:
    row = edit_experiment(granted, edit, expected_version=version)
    versions.tell(response, row.version)
    return summary(granted.access, row)
