"""``…/actions``: what may whoever asks do to a thing? For faces, which offer that and no more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from emfair.api import guard
from emfair.api.problems import responses
from emfair.identity.policy import SERVICE
from emfair.identity.table import About, Action
from emfair.model.nouns import ProposalCard
from emfair.registry import CardRow, ExperimentRow
from emfair.service.access import Access, Granted, card_resource, experiment_resource
from emfair.service.nouns.members import ProjectRow
from emfair.service.nouns.rights import rights
from emfair.service.nouns.samples import SampleRow
from emfair.service.nouns.tokens import InstrumentRow

router = APIRouter(tags=["rights"])
PROJECT = "/projects/{project}"
PROPOSAL = f"{PROJECT}/proposals/{{proposal}}"


@router.get("/actions", responses=responses(401))
def service_actions(
    access: Annotated[Access, guard.service(Action.SEE_SERVICE)],
) -> list[Action]:
    """List what whoever asks may do that is about no thing in particular."""
    return rights(access, SERVICE)


@router.get(f"{PROJECT}/actions", responses=responses(401, 403, 404))
def project_actions(
    reading: Annotated[Granted[ProjectRow], guard.project(Action.READ_PROJECT)],
) -> list[Action]:
    """List what whoever asks may do to a project."""
    row = reading.row
    return rights(reading.access, card_resource(About.PROJECT, row, row.id))


@router.get(f"{PROPOSAL}/actions", responses=responses(401, 403, 404))
def proposal_actions(
    reading: Annotated[Granted[CardRow[ProposalCard]], guard.proposal(Action.READ_PROPOSAL)],
) -> list[Action]:
    """List what whoever asks may do to a proposal."""
    row = reading.row
    return rights(reading.access, card_resource(About.PROPOSAL, row, row.key[0]))


@router.get(f"{PROPOSAL}/samples/{{sample}}/actions", responses=responses(401, 403, 404))
def sample_actions(
    reading: Annotated[Granted[SampleRow], guard.sample(Action.READ_SAMPLE)],
) -> list[Action]:
    """List what whoever asks may do to a sample."""
    row = reading.row
    return rights(reading.access, card_resource(About.SAMPLE, row, row.key[0]))


@router.get("/experiments/{experiment}/actions", responses=responses(401, 403, 404))
def experiment_actions(
    reading: Annotated[Granted[ExperimentRow], guard.experiment(Action.READ_EXPERIMENT)],
) -> list[Action]:
    """List what whoever asks may do to an experiment."""
    return rights(reading.access, experiment_resource(reading.row))


@router.get("/instruments/{instrument}/actions", responses=responses(401, 403, 404))
def instrument_actions(
    reading: Annotated[Granted[InstrumentRow], guard.instrument(Action.READ_INSTRUMENT)],
) -> list[Action]:
    """List what whoever asks may do to an instrument."""
    return rights(reading.access, card_resource(About.INSTRUMENT, reading.row, None))
