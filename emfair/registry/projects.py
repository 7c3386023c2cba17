"""Projects and the proposals in them; the first deposit that names one makes it, too."""

from __future__ import annotations

from emfair.model.nouns import ProjectCard, ProposalCard
from emfair.registry.cards import Cards
from emfair.registry.tables import project, proposal


class Projects(Cards[ProjectCard]):
    """The projects of one registry."""

    noun = "project"
    table = project
    card = ProjectCard


class Proposals(Cards[ProposalCard]):
    """The proposals of one registry."""

    noun = "proposal"
    table = proposal
    parent = project
    card = ProposalCard
