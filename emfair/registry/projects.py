"""Projects and the proposals in them; the first deposit that names one makes it, too.

Whoever makes a project owns it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from emfair.model.nouns import ProjectCard, ProposalCard
from emfair.registry.cards import Cards
from emfair.registry.memberships import own
from emfair.registry.tables import project, proposal


class Projects(Cards[ProjectCard]):
    """The projects of one registry."""

    noun = "project"
    table = project
    card = ProjectCard

    def _created(
        self, connection: Connection, key: tuple[str, ...], actor: str, now: datetime
    ) -> None:
        own(connection, key[0], actor, now)


class Proposals(Cards[ProposalCard]):
    """The proposals of one registry."""

    noun = "proposal"
    table = proposal
    parent = project
    card = ProposalCard
