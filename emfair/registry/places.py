"""Projects, proposals and samples: made by the first deposit that names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from emfair.errors import NotFound
from emfair.model.manifest import Place, Titles
from emfair.registry.engine import insert_new
from emfair.registry.tables import TITLE_LIMIT, experiment, project, proposal, sample
from emfair.registry.texts import storable


def clean_titles(titles: Titles) -> Titles:
    """Return `titles` as they are stored.

    Raises
    ------
    BadCall
        One is empty, too long, or no text.
    """
    return Titles(
        **{
            field: storable(title, f"{field}.title", TITLE_LIMIT)
            for field, title in titles.model_dump().items()
        }
    )


def ensure(connection: Connection, place: Place, titles: Titles, now: datetime) -> None:
    """Insert the levels above the experiment that are new; a known one keeps its first title."""
    insert_new(
        connection, project, {"id": place.project, "title": titles.project, "created_at": now}
    )
    insert_new(
        connection,
        proposal,
        {
            "project": place.project,
            "id": place.proposal,
            "title": titles.proposal,
            "created_at": now,
        },
    )
    insert_new(
        connection,
        sample,
        {
            "project": place.project,
            "proposal": place.proposal,
            "id": place.sample,
            "title": titles.sample,
            "created_at": now,
        },
    )


def read(connection: Connection, identifier: str) -> tuple[Place, Titles]:
    """Return where an experiment hangs, and what people call it. Raises `NotFound`."""
    on_proposal = (experiment.c.project == proposal.c.project) & (
        experiment.c.proposal == proposal.c.id
    )
    on_sample = (
        (experiment.c.project == sample.c.project)
        & (experiment.c.proposal == sample.c.proposal)
        & (experiment.c.sample == sample.c.id)
    )
    row = connection.execute(
        select(
            experiment.c.id,
            experiment.c.project,
            experiment.c.proposal,
            experiment.c.sample,
            experiment.c.title.label("experiment_title"),
            project.c.title.label("project_title"),
            proposal.c.title.label("proposal_title"),
            sample.c.title.label("sample_title"),
        )
        .join(project, experiment.c.project == project.c.id)
        .join(proposal, on_proposal)
        .join(sample, on_sample)
        .where(experiment.c.id == identifier)
    ).one_or_none()
    if row is None:
        raise unknown(identifier)
    place = Place(project=row.project, proposal=row.proposal, sample=row.sample, experiment=row.id)
    titles = Titles(
        project=row.project_title,
        proposal=row.proposal_title,
        sample=row.sample_title,
        experiment=row.experiment_title,
    )
    return place, titles


@dataclass(frozen=True)
class ChildRow:
    """One entry of a level, and how many experiments it holds."""

    id: str
    title: str
    experiments: int


def below(connection: Connection, *above: str) -> tuple[ChildRow, ...]:
    """Return the children of the level whose identifiers are `above`, newest first."""
    held = (experiment.c.project, experiment.c.proposal, experiment.c.sample)
    where = [column == value for column, value in zip(held, above, strict=False)]
    if len(above) == len(held):
        experiments = (
            select(experiment.c.id, experiment.c.title)
            .where(*where)
            .order_by(experiment.c.created_at.desc(), experiment.c.id.desc())
        )
        return tuple(ChildRow(key, title, 1) for key, title in connection.execute(experiments))
    level = (proposal, sample)[len(above) - 1]
    parents = (level.c.project, *((level.c.proposal,) if level is sample else ()))
    number = (
        select(func.count())
        .where(*where, held[len(above)] == level.c.id)
        .correlate(level)
        .scalar_subquery()
    )
    query = (
        select(level.c.id, level.c.title, number)
        .where(*(column == value for column, value in zip(parents, above, strict=True)))
        .order_by(level.c.created_at.desc(), level.c.id.desc())
    )
    return tuple(ChildRow(key, title, count) for key, title, count in connection.execute(query))


def unknown(identifier: str) -> NotFound:
    """Return the error for an experiment that does not exist."""
    return NotFound(
        "there is no such experiment.",
        subject=identifier,
        remedy="Look for typing errors, or list the experiments.",
    )
