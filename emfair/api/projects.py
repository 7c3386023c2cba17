"""``/projects`` and the proposals in them: lists, cards, edits.

What does not belong here: samples (`samples`), and who works on a project (`members`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response, status
from pydantic import Field

from emfair.api import guard, versions
from emfair.api.cards import After, CardAnswer, Limit, NewCard, PageAnswer, Words, tell_made
from emfair.api.idempotency import Once
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.nouns import ProjectCard, ProposalCard
from emfair.registry import CardRow
from emfair.service.access import Access, Granted
from emfair.service.naming import names
from emfair.service.nouns import projects, removal
from emfair.service.pages import PAGE

router = APIRouter(prefix="/projects", tags=["projects"], route_class=Once)
ProjectRow = CardRow[ProjectCard]
ProposalRow = CardRow[ProposalCard]
_PROJECT = {"title": "Quartz interfaces", "description": "Grain boundaries in natural quartz."}
_PROPOSAL = {"title": "2026-A", "identifier": "BT-2026-0042"}
Held = Annotated[int, Field(description="That whoever asks may see.", examples=[12])]


class NewProject(NewCard[ProjectCard]):
    """A project that is to be made."""

    card: ProjectCard = Field(examples=[_PROJECT])


class ProjectAnswer(CardAnswer[ProjectCard]):
    """A project."""

    experiments: Held


class ProjectsAnswer(PageAnswer[ProjectAnswer]):
    """A page of projects."""


class NewProposal(NewCard[ProposalCard]):
    """A proposal that is to be made."""

    card: ProposalCard = Field(examples=[_PROPOSAL])


class ProposalAnswer(CardAnswer[ProposalCard]):
    """A proposal."""

    project: str = Field(examples=["quartz-interfaces"])
    experiments: Held


class ProposalsAnswer(PageAnswer[ProposalAnswer]):
    """A page of proposals."""


@router.get("", responses=responses(400, 401, 403, 404, 422))
def list_projects(
    access: Annotated[Access, guard.listing(Action.READ_PROJECT)],
    text: Words = "",
    limit: Limit = PAGE,
    after: After = None,
) -> ProjectsAnswer:
    """List the projects that whoever asks may see, newest first."""
    page = projects.projects(access, text=text, limit=limit, after=after)
    items = [
        ProjectAnswer.of(row, page.names, experiments=page.experiments.get(row.id, 0))
        for row in page.rows
    ]
    return ProjectsAnswer(items=items, next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=responses(400, 401, 403, 409, 413, 422),
)
def create_project(
    access: Annotated[Access, guard.listing(Action.CREATE_PROJECT)],
    new: NewProject,
    request: Request,
    response: Response,
) -> ProjectAnswer:
    """Make a project; whoever makes it owns it.

    Who may, `EMFAIR_PROJECTS` says: anyone who may deposit, or only stewards and those whose groups
    make them owners of a project with this identifier.
    """
    row = projects.create_project(access, new.card, new.id)
    tell_made(request, response, row)
    return _project(access, row)


@router.get("/{project}", responses=responses(401, 403, 404))
def show_project(
    reading: Annotated[Granted[ProjectRow], guard.project(Action.READ_PROJECT)],
    response: Response,
) -> ProjectAnswer:
    """Show a project's card."""
    versions.tell(response, reading.row.version)
    return _project(reading.access, reading.row)


@router.put("/{project}", responses=responses(400, 401, 403, 404, 412, 413, 422, 428))
def edit_project(
    editing: Annotated[Granted[ProjectRow], guard.project(Action.EDIT_PROJECT)],
    version: versions.Expected,
    card: Annotated[ProjectCard, Body(examples=[_PROJECT])],
    response: Response,
) -> ProjectAnswer:
    """Replace a project's card as a whole."""
    row = projects.edit_project(editing, card, expected_version=version)
    versions.tell(response, row.version)
    return _project(editing.access, row)


@router.delete(
    "/{project}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(400, 401, 403, 404, 409, 412, 428),
)
def remove_project(
    removing: Annotated[Granted[ProjectRow], guard.project(Action.DELETE_PROJECT)],
    version: versions.Expected,
) -> Response:
    """Remove a project in which there is no proposal; its members and referee links go with it."""
    removal.remove_project(removing, expected_version=version)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get("/{project}/proposals", responses=responses(400, 401, 403, 404, 422))
def list_proposals(
    access: Annotated[Access, guard.listing(Action.READ_PROPOSAL)],
    project: guard.ProjectId,
    text: Words = "",
    limit: Limit = PAGE,
    after: After = None,
) -> ProposalsAnswer:
    """List a project's proposals, newest first."""
    page = projects.proposals(access, project, text=text, limit=limit, after=after)
    items = [
        ProposalAnswer.of(
            row, page.names, project=project, experiments=page.experiments.get(row.id, 0)
        )
        for row in page.rows
    ]
    return ProposalsAnswer(items=items, next=page.next)


@router.post(
    "/{project}/proposals",
    status_code=status.HTTP_201_CREATED,
    responses=responses(400, 401, 403, 404, 409, 413, 422),
)
def create_proposal(
    into: Annotated[Granted[ProjectRow], guard.project(Action.CREATE_PROPOSAL)],
    new: NewProposal,
    request: Request,
    response: Response,
) -> ProposalAnswer:
    """Make a proposal in a project."""
    row = projects.create_proposal(into, new.card, new.id)
    tell_made(request, response, row)
    return _proposal(into.access, row)


@router.get("/{project}/proposals/{proposal}", responses=responses(401, 403, 404))
def show_proposal(
    reading: Annotated[Granted[ProposalRow], guard.proposal(Action.READ_PROPOSAL)],
    response: Response,
) -> ProposalAnswer:
    """Show a proposal's card."""
    versions.tell(response, reading.row.version)
    return _proposal(reading.access, reading.row)


@router.put(
    "/{project}/proposals/{proposal}", responses=responses(400, 401, 403, 404, 412, 413, 422, 428)
)
def edit_proposal(
    editing: Annotated[Granted[ProposalRow], guard.proposal(Action.EDIT_PROPOSAL)],
    version: versions.Expected,
    card: Annotated[ProposalCard, Body(examples=[_PROPOSAL])],
    response: Response,
) -> ProposalAnswer:
    """Replace a proposal's card as a whole."""
    row = projects.edit_proposal(editing, card, expected_version=version)
    versions.tell(response, row.version)
    return _proposal(editing.access, row)


@router.delete(
    "/{project}/proposals/{proposal}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(400, 401, 403, 404, 409, 412, 428),
)
def remove_proposal(
    removing: Annotated[Granted[ProposalRow], guard.proposal(Action.DELETE_PROPOSAL)],
    version: versions.Expected,
) -> Response:
    """Remove a proposal in which there is no sample."""
    removal.remove_proposal(removing, expected_version=version)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _project(access: Access, row: ProjectRow) -> ProjectAnswer:
    held = projects.experiments(access, among=[row.id])
    owner = names(access.services, [row.owner or ""])
    return ProjectAnswer.of(row, owner, experiments=held.get(row.id, 0))


def _proposal(access: Access, row: ProposalRow) -> ProposalAnswer:
    project = row.key[0]
    held = projects.experiments(access, project, among=[row.id])
    owner = names(access.services, [row.owner or ""])
    return ProposalAnswer.of(row, owner, project=project, experiments=held.get(row.id, 0))
