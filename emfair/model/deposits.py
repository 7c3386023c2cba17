"""What is said when files are deposited: where they go, which they are, what is known already.

Values alone, the same for whoever sends (`emfair.client`) and whoever receives (`emfair.service`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from emfair.model.annotations import Annotations
from emfair.model.identifiers import identifier_of
from emfair.model.manifest import Place, RawFile, Titles
from emfair.model.states import ExperimentState


@dataclass(frozen=True)
class Whereto:
    """Where an experiment goes; a level that is not there yet is made.

    `project`, `proposal` and `sample` are titles or identifiers: the identifier is made from the
    title.
    """

    project: str
    proposal: str
    sample: str
    title: str

    @property
    def titles(self) -> Titles:
        """What people call the four."""
        return Titles(
            project=self.project,
            proposal=self.proposal,
            sample=self.sample,
            experiment=self.title,
        )

    def place(self, experiment: str) -> Place:
        """Return where `experiment` hangs if nothing is there yet: what the titles give."""
        return Place(
            project=identifier_of(self.project, "project"),
            proposal=identifier_of(self.proposal, "proposal"),
            sample=identifier_of(self.sample, "sample"),
            experiment=experiment,
        )


@dataclass(frozen=True)
class Order:
    """A deposit of which all is known: where it goes, its files, and what is said of them."""

    whereto: Whereto
    files: tuple[RawFile, ...]
    annotations: Annotations = field(default_factory=Annotations)


@dataclass(frozen=True)
class Opened:
    """Where a deposit goes, and what is left to do.

    Attributes
    ----------
    place
        Its experiment may be another than the one asked for: the same deposit's, opened before.
    titles
        As the registry has them; a level that existed keeps its first title.
    already_sealed
        The same files lie there already; nothing is left to do.
    todo
        Paths (below ``raw/files/``) still to be uploaded.
    """

    place: Place
    titles: Titles
    already_sealed: bool
    todo: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """How far an experiment has come.

    Attributes
    ----------
    reason
        Why it is in its state, where that needs saying; empty otherwise.
    processed
        Whether the chain is done with its present content, or has failed on it.
    """

    state: ExperimentState
    reason: str
    processed: bool
