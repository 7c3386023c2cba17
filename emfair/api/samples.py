"""``…/samples``: lists, cards, edits; what one was made from; barcodes.

A barcode holds whatever its label says, so it stands in the query and never in a path. What does
not belong here: experiments on a sample (`experiments`).
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Body, Query, Request, Response, status
from pydantic import BaseModel, Field

from emfair.api import guard, versions
from emfair.api.cards import After, CardAnswer, Limit, NewCard, PageAnswer, Words, tell_made
from emfair.api.idempotency import Once
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.nouns import ProposalCard, SampleCard
from emfair.registry import CardRow
from emfair.service.access import Access, Granted
from emfair.service.naming import names
from emfair.service.nouns import removal, samples
from emfair.service.nouns.projects import experiments
from emfair.service.nouns.samples import SampleRow
from emfair.service.pages import PAGE

router = APIRouter(tags=["samples"], route_class=Once)
ALL = "/projects/{project}/proposals/{proposal}/samples"
ONE = f"{ALL}/{{sample}}"
Reading = Annotated[Granted[SampleRow], guard.sample(Action.READ_SAMPLE)]
Editing = Annotated[Granted[SampleRow], guard.sample(Action.EDIT_SAMPLE)]
Barcode: TypeAlias = Annotated[
    str, Query(min_length=1, max_length=200, examples=["FIB-0042"], description="As it is read.")
]
_SAMPLE = {
    "title": "Lamella 1",
    "elements": ["Si", "O"],
    "formula": "SiO2",
    "physical_form": "foil",
    "preparation_date": "2026-01-20T00:00:00+01:00",
    "is_simulation": False,
    "thickness": "80 nm",
}


class NewSample(NewCard[SampleCard]):
    """A sample that is to be made."""

    card: SampleCard = Field(examples=[_SAMPLE])


class SampleAnswer(CardAnswer[SampleCard]):
    """A sample."""

    project: str = Field(examples=["quartz-interfaces"])
    proposal: str = Field(examples=["2026-a"])
    experiments: int = Field(description="That whoever asks may see.", examples=[3])


class SamplesAnswer(PageAnswer[SampleAnswer]):
    """A page of samples."""


class Relative(BaseModel):
    """Another sample of the same project."""

    project: str = Field(examples=["quartz-interfaces"])
    proposal: str = Field(examples=["2026-a"])
    sample: str = Field(examples=["lamella-1"])
    title: str = Field(examples=["Lamella 1"])


class RelativesAnswer(BaseModel):
    """What a sample was made from, and what was made from it; of what whoever asks may see."""

    parents: list[Relative]
    children: list[Relative]


@router.get(ALL, responses=responses(400, 401, 403, 404, 422))
def list_samples(
    access: Annotated[Access, guard.listing(Action.READ_SAMPLE)],
    project: guard.ProjectId,
    proposal: guard.ProposalId,
    text: Words = "",
    limit: Limit = PAGE,
    after: After = None,
) -> SamplesAnswer:
    """List a proposal's samples, newest first."""
    page = samples.samples(access, project, proposal, text=text, limit=limit, after=after)
    items = [
        SampleAnswer.of(
            row,
            page.names,
            project=project,
            proposal=proposal,
            experiments=page.experiments.get(row.id, 0),
        )
        for row in page.rows
    ]
    return SamplesAnswer(items=items, next=page.next)


@router.post(
    ALL,
    status_code=status.HTTP_201_CREATED,
    responses=responses(400, 401, 403, 404, 409, 413, 422),
)
def create_sample(
    into: Annotated[Granted[CardRow[ProposalCard]], guard.proposal(Action.CREATE_SAMPLE)],
    new: NewSample,
    request: Request,
    response: Response,
) -> SampleAnswer:
    """Make a sample in a proposal."""
    row = samples.create_sample(into, new.card, new.id)
    tell_made(request, response, row)
    return _sample(into.access, row)


@router.get(ONE, responses=responses(401, 403, 404))
def show_sample(reading: Reading, response: Response) -> SampleAnswer:
    """Show a sample's card."""
    versions.tell(response, reading.row.version)
    return _sample(reading.access, reading.row)


@router.put(ONE, responses=responses(400, 401, 403, 404, 412, 413, 422, 428))
def edit_sample(
    editing: Editing,
    version: versions.Expected,
    card: Annotated[SampleCard, Body(examples=[_SAMPLE])],
    response: Response,
) -> SampleAnswer:
    """Replace a sample's card as a whole."""
    row = samples.edit_sample(editing, card, expected_version=version)
    versions.tell(response, row.version)
    return _sample(editing.access, row)


@router.delete(
    ONE,
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(400, 401, 403, 404, 409, 412, 428),
)
def remove_sample(
    removing: Annotated[Granted[SampleRow], guard.sample(Action.DELETE_SAMPLE)],
    version: versions.Expected,
) -> Response:
    """Remove a sample without experiments, withdrawn ones too, and without derived samples."""
    removal.remove_sample(removing, expected_version=version)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get(f"{ONE}/relatives", responses=responses(401, 403, 404))
def list_relatives(reading: Reading) -> RelativesAnswer:
    """List what a sample was made from, and what was made from it."""
    family = samples.family(reading)
    return RelativesAnswer(
        parents=[_relative(row) for row in family.parents],
        children=[_relative(row) for row in family.children],
    )


@router.put(
    f"{ONE}/parents/{{parent_proposal}}/{{parent}}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(401, 403, 404, 409),
)
def derive(editing: Editing, parent_proposal: guard.ProposalId, parent: guard.SampleId) -> Response:
    """Note that a sample was made from another one of its project; again is no error."""
    samples.derive(editing, (editing.row.key[0], parent_proposal, parent))
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.delete(
    f"{ONE}/parents/{{parent_proposal}}/{{parent}}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(401, 403, 404),
)
def underive(
    editing: Editing, parent_proposal: guard.ProposalId, parent: guard.SampleId
) -> Response:
    """Take back that a sample was made from another one; if nobody said so, that is no error."""
    samples.underive(editing, (editing.row.key[0], parent_proposal, parent))
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get(f"{ONE}/barcodes", responses=responses(401, 403, 404))
def list_barcodes(reading: Reading) -> list[str]:
    """List the barcodes on a sample, the oldest first."""
    return list(samples.barcodes(reading))


@router.put(
    f"{ONE}/barcodes",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(400, 401, 403, 404, 409, 422),
)
def label(editing: Editing, text: Barcode) -> Response:
    """Put a barcode on a sample; again is no error."""
    samples.label(editing, text)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.delete(
    f"{ONE}/barcodes",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(400, 401, 403, 404, 422),
)
def unlabel(editing: Editing, text: Barcode) -> Response:
    """Take a barcode off a sample; if it is not on this one, that is no error."""
    samples.unlabel(editing, text)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get("/samples", responses=responses(400, 401, 403, 404, 422))
def find_sample(
    access: Annotated[Access, guard.listing(Action.READ_SAMPLE)],
    barcode: Barcode,
    response: Response,
) -> SampleAnswer:
    """Find the sample with a barcode, if whoever asks may see it."""
    row = samples.by_barcode(access, barcode)
    versions.tell(response, row.version)
    return _sample(access, row)


def _sample(access: Access, row: SampleRow) -> SampleAnswer:
    project, proposal, _ = samples.sample_key(row)
    held = experiments(access, project, proposal, among=[row.id])
    return SampleAnswer.of(
        row,
        names(access.services, [row.owner or ""]),
        project=project,
        proposal=proposal,
        experiments=held.get(row.id, 0),
    )


def _relative(row: SampleRow) -> Relative:
    project, proposal, sample = samples.sample_key(row)
    return Relative(project=project, proposal=proposal, sample=sample, title=row.card.title)
