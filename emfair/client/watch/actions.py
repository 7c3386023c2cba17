"""What can be done for a session, and what is said of it: values alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from emfair.client.watch.ready import Waiting
from emfair.client.watch.rules import Where
from emfair.client.watch.standing import Sent, Session
from emfair.model.annotations import Annotations
from emfair.model.canonical import digest_of


@dataclass(frozen=True)
class Said:
    """What is said of a session, put together.

    Attributes
    ----------
    problem
        Why it must wait; empty if it need not.
    """

    where: Where
    annotations: Annotations = field(default_factory=Annotations)
    problem: str = ""

    @property
    def notes(self) -> str:
        """Which annotations these are; empty if there are none."""
        said = self.annotations.model_dump(mode="json", exclude_defaults=True)
        return digest_of([said]) if said else ""


@dataclass(frozen=True)
class Draft:
    """Make the experiment that a session's files go to."""

    session: Session
    where: Where


@dataclass(frozen=True)
class Ship:
    """Send files to a session's experiment."""

    session: Session
    files: tuple[Waiting, ...]


@dataclass(frozen=True)
class Remove:
    """Take out of an experiment what belongs to another one by now."""

    sent: Sent


@dataclass(frozen=True)
class Move:
    """Let a session's files go to another place than before."""

    session: Session


@dataclass(frozen=True)
class Annotate:
    """Send what is said of a session."""

    session: Session
    said: Said


@dataclass(frozen=True)
class Seal:
    """Seal a session's experiment."""

    session: Session


@dataclass(frozen=True)
class Reopen:
    """Let a sealed session's experiment take the files that came late."""

    session: Session


@dataclass(frozen=True)
class Forget:
    """Forget a session of which nothing is left."""

    session: Session


Action = Draft | Ship | Remove | Move | Annotate | Seal | Reopen | Forget
