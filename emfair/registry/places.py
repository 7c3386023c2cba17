"""Projects, proposals and samples: made by the first deposit that names them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from emfair.errors import NotFound
from emfair.model.manifest import Place, Titles
from emfair.registry import memberships
from emfair.registry.audit import Deed, record
from emfair.registry.engine import insert_new
from emfair.registry.tables import TITLE_LIMIT, experiment, instrument, project, proposal, sample
from emfair.registry.texts import encodable, readable, searched


def clean_titles(titles: Titles) -> Titles:
    """Return `titles` as they are stored.

    Raises
    ------
    BadCall
        One is empty, too long, no text, or cannot be seen as what it is.
    """
    return Titles(
        **{
            field: readable(title, f"{field}.title", TITLE_LIMIT)
            for field, title in titles.model_dump().items()
        }
    )


def ensure(
    connection: Connection,
    place: Place,
    titles: Titles,
    depositor: str,
    now: datetime,
    *,
    owns: bool,
) -> None:
    """Insert the levels above the experiment that are new; a known one keeps its first title.

    A project that is new is the depositor's if they may own it (`owns`).
    """
    keys = (place.project, place.proposal, place.sample)
    for depth, table in enumerate((project, proposal, sample), 1):
        title, key = getattr(titles, table.name), keys[:depth]
        owner = depositor if owns or table is not project else None
        values: dict[str, Any] = {"title": title, "created_at": now, "owner": owner}
        values |= zip((column.name for column in table.primary_key), key, strict=True)
        if insert_new(connection, table, values | {"search": searched(title, *key)}):
            subject = f"{table.name}:{'/'.join(key)}"
            record(connection, now, Deed(depositor, f"{table.name}-created", subject))
            if table is project and owns:
                memberships.own(connection, place.project, depositor, now)


def read(connection: Connection, identifier: str) -> tuple[Place, Titles]:
    """Return where an experiment hangs, and what people call it. Raises `NotFound`."""
    row = connection.execute(_placed().where(experiment.c.id == identifier)).one_or_none()
    if row is None:
        raise unknown(identifier)
    place = Place(project=row.project, proposal=row.proposal, sample=row.sample, experiment=row.id)
    return place, _titles(row)


def titles(connection: Connection, identifiers: Collection[str]) -> dict[str, Titles]:
    """Return what people call those of `identifiers` that there are; at most a page's."""
    query = _placed().where(experiment.c.id.in_(sorted(identifiers)))
    return {row.id: _titles(row) for row in connection.execute(query)}


def _placed() -> Select[Any]:
    """Select experiments with the titles of what they hang on."""
    on_proposal = (experiment.c.project == proposal.c.project) & (
        experiment.c.proposal == proposal.c.id
    )
    on_sample = (
        (experiment.c.project == sample.c.project)
        & (experiment.c.proposal == sample.c.proposal)
        & (experiment.c.sample == sample.c.id)
    )
    return (
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
    )


def _titles(row: Row[Any]) -> Titles:
    return Titles(
        project=row.project_title,
        proposal=row.proposal_title,
        sample=row.sample_title,
        experiment=row.experiment_title,
    )


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


def check_instrument(connection: Connection, identifier: str | None) -> str | None:
    """Return the identifier of an instrument that there is. Raises `NotFound`, `BadCall`."""
    if identifier is not None:
        known = encodable(identifier, "instrument")
        query = select(instrument.c.id).where(instrument.c.id == known)
        if connection.execute(query).first() is None:
            raise NotFound(
                "there is no such instrument.",
                subject=identifier,
                remedy="Look for typing errors, or list the instruments.",
            )
    return identifier
