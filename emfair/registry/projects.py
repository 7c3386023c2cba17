"""Projects and the proposals in them; the first deposit that names one makes it, too.

Whoever makes a project owns it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, delete

from emfair.model.nouns import ProjectCard, ProposalCard
from emfair.registry.memberships import own
from emfair.registry.removals import Hanging, Removable, counted
from emfair.registry.tables import membership, project, proposal, referee_link, sample


class Projects(Removable[ProjectCard]):
    """The projects of one registry."""

    noun = "project"
    table = project
    card = ProjectCard

    def _created(
        self, connection: Connection, key: tuple[str, ...], actor: str, now: datetime
    ) -> None:
        own(connection, key[0], actor, now)

    def _hanging(self, connection: Connection, key: tuple[str, ...]) -> Iterable[Hanging]:
        return counted(connection, "proposal", proposal.c.id, proposal.c.project == key[0])

    def _let_go(
        self, connection: Connection, key: tuple[str, ...], actor: str, now: datetime
    ) -> None:
        del actor, now
        for table in (membership, referee_link):
            connection.execute(delete(table).where(table.c.project == key[0]))


class Proposals(Removable[ProposalCard]):
    """The proposals of one registry."""

    noun = "proposal"
    table = proposal
    parent = project
    card = ProposalCard

    def _hanging(self, connection: Connection, key: tuple[str, ...]) -> Iterable[Hanging]:
        inside = and_(sample.c.project == key[0], sample.c.proposal == key[1])
        return counted(connection, "sample", sample.c.id, inside)
