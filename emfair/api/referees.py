"""``…/referee-links``: to a project or an experiment, for people who are not known here.

Answers hold secrets and are kept nowhere: an ``Idempotency-Key`` has no effect here.
"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Response, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from emfair.api import guard
from emfair.api.problems import responses
from emfair.api.secrets import kept_nowhere
from emfair.identity.table import Action
from emfair.model.annotations import Time
from emfair.registry import ExperimentRow, RefereeLink
from emfair.service.access import Granted
from emfair.service.nouns import referees
from emfair.service.nouns.members import ProjectRow
from emfair.service.nouns.referees import NewLink

router = APIRouter(tags=["sharing"])
OF_PROJECT = "/projects/{project}/referee-links"
OF_EXPERIMENT = "/experiments/{experiment}/referee-links"
OfProject = Annotated[Granted[ProjectRow], guard.project(Action.SHARE_PROJECT)]
OfExperiment = Annotated[Granted[ExperimentRow], guard.experiment(Action.SHARE_EXPERIMENT)]


class WantedLink(BaseModel):
    """When a link ends by itself."""

    model_config = ConfigDict(extra="forbid")

    until: Time = Field(examples=["2026-06-30T00:00:00Z"])


class LinkAnswer(BaseModel):
    """A referee link; `experiment` is null where it shows the whole project."""

    id: str = Field(examples=["r-0f3c5a7d9b1e2f4a6c8d"])
    project: str
    experiment: str | None
    until: AwareDatetime
    revoked_at: AwareDatetime | None
    created_by: str
    created_at: AwareDatetime

    @classmethod
    def of(cls, link: RefereeLink) -> Self:
        """Return a link."""
        return cls(
            id=link.id,
            project=link.project,
            experiment=link.experiment,
            until=link.until,
            revoked_at=link.revoked_at,
            created_by=link.created_by,
            created_at=link.created_at,
        )


class NewLinkAnswer(BaseModel):
    """A new link, its secret and the address to give away: shown this once."""

    link: LinkAnswer
    secret: str = Field(description="A script sends it as `Authorization: Bearer emr_…`.")
    url: str = Field(examples=["https://emfair.example.org/?referee=emr_…"])

    @classmethod
    def of(cls, made: NewLink) -> Self:
        """Return a new link."""
        return cls(link=LinkAnswer.of(made.link), secret=made.secret, url=made.url)


@router.get(OF_PROJECT, responses=responses(401, 403, 404))
def list_project_links(sharing: OfProject) -> list[LinkAnswer]:
    """List the links to a project and to its experiments, newest first."""
    return [LinkAnswer.of(link) for link in referees.of_project(sharing)]


@router.post(
    OF_PROJECT,
    status_code=status.HTTP_201_CREATED,
    responses=responses(400, 401, 403, 404, 422),
)
def create_project_link(
    sharing: OfProject, wanted: WantedLink, response: Response
) -> NewLinkAnswer:
    """Make a link that shows a project, without what is restricted, to whoever has it."""
    kept_nowhere(response)
    return NewLinkAnswer.of(referees.show_project(sharing, wanted.until))


@router.delete(
    f"{OF_PROJECT}/{{link}}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(401, 403, 404),
)
def revoke_project_link(sharing: OfProject, link: str) -> Response:
    """End a link to a project or to one of its experiments; again is no error."""
    referees.revoke(sharing.access, referees.of_project(sharing), link)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get(OF_EXPERIMENT, responses=responses(401, 403, 404))
def list_experiment_links(sharing: OfExperiment) -> list[LinkAnswer]:
    """List the links to one experiment, newest first."""
    return [LinkAnswer.of(link) for link in referees.of_experiment(sharing)]


@router.post(
    OF_EXPERIMENT,
    status_code=status.HTTP_201_CREATED,
    responses=responses(400, 401, 403, 404, 409, 422),
)
def create_experiment_link(
    sharing: OfExperiment, wanted: WantedLink, response: Response
) -> NewLinkAnswer:
    """Make a link that shows one experiment to whoever has it."""
    kept_nowhere(response)
    return NewLinkAnswer.of(referees.show_experiment(sharing, wanted.until))


@router.delete(
    f"{OF_EXPERIMENT}/{{link}}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(401, 403, 404),
)
def revoke_experiment_link(sharing: OfExperiment, link: str) -> Response:
    """End a link to one experiment; again is no error."""
    referees.revoke(sharing.access, referees.of_experiment(sharing), link)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
