"""Where a deposit is sent: the port between whoever has files and whatever keeps them.

`emfair.client.http` reaches a server, `emfair.service.depository` the stores of this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from emfair.model.annotations import Annotations
from emfair.model.deposits import Opened, Order
from emfair.model.manifest import RawFile

Progress = Callable[[int], None]
"""Called with the number of bytes done since the last call."""


class Depository(Protocol):
    """Takes deposits. Every method may be repeated after an interruption.

    Each raises `Unavailable` when the stores or the server do not answer, and `Forbidden`,
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

        Raises
        ------
        FixityMismatch
            A file is not as it was described any more.
        """
        ...

    def seal(self, opened: Opened) -> None:
        """Seal a deposit whose files have all arrived, with the annotations it was opened with."""
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
