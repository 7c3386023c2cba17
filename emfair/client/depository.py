"""Where a deposit is sent: the port between whoever has files and whatever keeps them.

`emfair.client.http` reaches a server, `emfair.service.depository` the stores of this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from emfair.model.annotations import Annotations
from emfair.model.deposits import Opened, Order, Standing, Whereto
from emfair.model.manifest import RawFile

Progress = Callable[[int], None]
"""Called with the number of bytes done since the last call."""


class Depository(Protocol):
    """Takes deposits. Every method but `draft` may be repeated after an interruption.

    Whoever knows all files opens a deposit and sends them; whoever does not drafts an experiment
    and adds files as they come. Both seal.

    Each method raises `Unavailable` when the stores or the server do not answer, and `Forbidden`,
    `Unauthenticated` or `NotFound` where whoever sends may not.
    """

    def open(self, order: Order) -> Opened:
        """Begin a deposit, resume it, or find it sealed.

        Raises
        ------
        BadCall
            A name or a title is wrong; nothing was stored.
        """
        ...

    def send(self, opened: Opened, files: Sequence[tuple[Path, RawFile]], sent: Progress) -> None:
        """Send files of an open deposit; what has arrived of them before is not sent again.

        `sent` hears of all bytes of `files`, also of those that have arrived before.

        Raises
        ------
        FixityMismatch
            A file is not as it was described any more.
        """
        ...

    def draft(self, whereto: Whereto, *, instrument: str | None = None) -> str:
        """Make an experiment whose files are still to come; return its identifier.

        Each call makes another one: whoever drafts keeps the identifier.

        Raises
        ------
        BadCall
            A title is wrong, or there is no such instrument.
        """
        ...

    def add(self, experiment: str, files: Sequence[tuple[Path, RawFile]], sent: Progress) -> None:
        """Send more files into a drafted experiment; what has arrived is not sent again.

        `sent` hears of all bytes of `files`, as in `send`.

        Raises
        ------
        BadName
            A name is refused, or falls on another one in the experiment.
        Conflict
            A file was added before with other bytes, or the deposit takes no more.
        FixityMismatch
            A file is not as it was described any more.
        """
        ...

    def remove(self, experiment: str, path: str) -> None:
        """Take a file out of a deposit that is not sealed; no error if it is not there.

        Raises
        ------
        Conflict
            The deposit is being sealed.
        """
        ...

    def seal(self, experiment: str) -> None:
        """Seal a deposit whose files have all arrived; again is no error.

        Raises
        ------
        Conflict
            Files are missing, or there is none.
        """
        ...

    def state(self, experiment: str) -> Standing:
        """Return how far an experiment has come."""
        ...

    def put_back(
        self, opened: Opened, files: Sequence[tuple[Path, RawFile]], sent: Progress
    ) -> int:
        """Store again what was lost of a sealed deposit, where that can be; return the bytes."""
        ...

    def annotations(self, experiment: str) -> tuple[Annotations, int]:
        """Return an experiment's annotations and their version."""
        ...

    def annotate(
        self, experiment: str, annotations: Annotations, *, expected_version: int, reason: str
    ) -> None:
        """Give an experiment a new version of its annotations.

        Raises
        ------
        Outdated
            Someone else has changed them since `expected_version`.
        """
        ...
