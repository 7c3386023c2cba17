"""Referee links: a secret that shows a project or an experiment to whoever has it, for a time.

Only the secret's SHA-256 is kept. What does not belong here: making secrets (`emfair.identity`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, or_, select, update

from emfair.errors import BadCall, NotFound
from emfair.registry.audit import Deed, record
from emfair.registry.engine import Database
from emfair.registry.ids import mint
from emfair.registry.tables import PERSON_LIMIT, experiment, project, referee_link
from emfair.registry.texts import storable


@dataclass(frozen=True)
class RefereeLink:
    """A link: to a whole project, or to one `experiment` of it. It ends at `until`."""

    id: str
    project: str
    experiment: str | None
    until: datetime
    revoked_at: datetime | None
    created_by: str
    created_at: datetime


class Referees:
    """The referee links of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def create(
        self,
        *,
        project: str | None = None,
        experiment: str | None = None,
        secret_sha256: str,
        until: datetime,
        actor: str,
    ) -> RefereeLink:
        """Make a link to a project or to an experiment: to one of the two.

        Raises
        ------
        BadCall
            It is to none or to both, or would be over already.
        NotFound
            What it is to show does not exist.
        """
        now = self._now()
        if (project is None) == (experiment is None):
            raise BadCall(
                "a link shows one project or one experiment.", remedy="Name one of the two."
            )
        if until <= now:
            raise BadCall(
                "the link would be over already.", subject="until", remedy="Name a later time."
            )
        values = {
            "id": mint("r"),
            "project": project,
            "experiment": experiment,
            "secret_sha256": secret_sha256,
            "until": until,
            "created_by": storable(actor, "actor", PERSON_LIMIT),
            "created_at": now,
        }
        subject = experiment or f"project:{project}"
        with self._database.writing() as connection:
            _check_there(connection, project, experiment)
            connection.execute(insert(referee_link).values(values))
            detail = {"link": values["id"], "until": until.isoformat()}
            record(connection, now, Deed(actor, "referee-link-created", subject, detail))
            query = _links().where(referee_link.c.id == values["id"])
            return RefereeLink(**connection.execute(query).mappings().one())

    def find(self, secret_sha256: str) -> RefereeLink | None:
        """Return the link with this secret, if it still shows something."""
        query = _links().where(
            referee_link.c.secret_sha256 == secret_sha256,
            referee_link.c.revoked_at.is_(None),
            referee_link.c.until > self._now(),
        )
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            return None if row is None else RefereeLink(**row)

    def revoke(self, identifier: str, *, actor: str) -> None:
        """End a link now; again is no error. Raises `NotFound`."""
        now, link = self._now(), referee_link.c
        with self._database.writing() as connection:
            row = connection.execute(_links().where(link.id == identifier)).mappings().one_or_none()
            if row is None:
                raise NotFound(
                    "there is no such referee link.",
                    subject=identifier,
                    remedy="List the project's links.",
                )
            ended = connection.execute(
                update(referee_link)
                .where(link.id == identifier, link.revoked_at.is_(None))
                .values(revoked_at=now)
            )
            if ended.rowcount:
                found = RefereeLink(**row)
                subject = found.experiment or f"project:{found.project}"
                deed = Deed(actor, "referee-link-revoked", subject, {"link": identifier})
                record(connection, now, deed)

    def of_project(self, identifier: str) -> tuple[RefereeLink, ...]:
        """Return the links to a project and to its experiments, newest first."""
        query = _links().where(
            or_(referee_link.c.project == identifier, experiment.c.project == identifier)
        )
        query = query.order_by(referee_link.c.created_at.desc(), referee_link.c.id)
        with self._database.reading() as connection:
            return tuple(RefereeLink(**row) for row in connection.execute(query).mappings())


def _links() -> Select[Any]:
    link = referee_link.c
    of_project = func.coalesce(link.project, experiment.c.project).label("project")
    return select(
        link.id,
        of_project,
        link.experiment,
        link.until,
        link.revoked_at,
        link.created_by,
        link.created_at,
    ).outerjoin(experiment, link.experiment == experiment.c.id)


def _check_there(connection: Any, of_project: str | None, of_experiment: str | None) -> None:
    table, identifier = (
        (project, of_project) if of_project is not None else (experiment, of_experiment)
    )
    if connection.execute(select(table.c.id).where(table.c.id == identifier)).first() is None:
        raise NotFound(
            f"there is no such {table.name}.",
            subject=str(identifier),
            remedy=f"Look for typing errors, or list what there is of each {table.name}.",
        )
