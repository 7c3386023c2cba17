"""Referee links: made, listed and ended by whoever may share what they show.

The secret is answered once; only its SHA-256 is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from emfair.errors import Conflict, NotFound
from emfair.identity.referees import new_link
from emfair.model.nouns import ProjectCard
from emfair.registry import CardRow, ExperimentRow, RefereeLink
from emfair.service.access import Access, Granted
from emfair.service.services import Services


@dataclass(frozen=True)
class NewLink:
    """A link, its secret, and the address to give away; neither is ever shown again."""

    link: RefereeLink
    secret: str = field(repr=False)
    url: str = field(repr=False)


def show_project(sharing: Granted[CardRow[ProjectCard]], until: datetime) -> NewLink:
    """Make a link to a project: to all of it that is not restricted.

    Raises `BadCall` if it would be over already.
    """
    access, (secret, digest) = sharing.access, new_link()
    link = access.services.registry.referees.create(
        project=sharing.row.id, secret_sha256=digest, until=until, actor=access.subject
    )
    return NewLink(link, secret, _address(access.services, secret))


def show_experiment(sharing: Granted[ExperimentRow], until: datetime) -> NewLink:
    """Make a link to one experiment.

    Raises
    ------
    BadCall
        It would be over already.
    Conflict
        The experiment is restricted: referees do not see it.
    """
    access, row = sharing.access, sharing.row
    if row.restricted:
        raise Conflict(
            "is restricted: a referee would not see it.",
            subject=row.id,
            remedy="Open it to the project first, or make the referee a viewer of the project.",
        )
    secret, digest = new_link()
    link = access.services.registry.referees.create(
        experiment=row.id, secret_sha256=digest, until=until, actor=access.subject
    )
    return NewLink(link, secret, _address(access.services, secret))


def of_project(sharing: Granted[CardRow[ProjectCard]]) -> tuple[RefereeLink, ...]:
    """Return the links to a project and to its experiments, newest first."""
    return sharing.access.services.registry.referees.of_project(sharing.row.id)


def of_experiment(sharing: Granted[ExperimentRow]) -> tuple[RefereeLink, ...]:
    """Return the links to one experiment, newest first."""
    links = sharing.access.services.registry.referees.of_project(sharing.row.project)
    return tuple(link for link in links if link.experiment == sharing.row.id)


def revoke(access: Access, links: tuple[RefereeLink, ...], identifier: str) -> None:
    """End one of `links` now; again is no error. Raises `NotFound` if it is none of them."""
    if identifier not in {link.id for link in links}:
        raise NotFound(
            "there is no such referee link here.", subject=identifier, remedy="List the links."
        )
    access.services.registry.referees.revoke(identifier, actor=access.subject)


def _address(services: Services, secret: str) -> str:
    return f"{services.settings.public_url}/?referee={secret}"
