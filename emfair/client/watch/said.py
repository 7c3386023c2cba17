"""What is said of a session, put together: on the command line, in its folder, by its name.

What a person says on the command line counts before ``emfair.yaml``, that before the folder's name,
that before what the watcher was started with. What does not belong here: reading one (`notes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emfair.client.watch.actions import Said
from emfair.client.watch.look import NOTES, Stat
from emfair.client.watch.notes import Notes, described, read_notes
from emfair.client.watch.rules import Rules
from emfair.client.watch.standing import Session
from emfair.errors import BadAnnotations


@dataclass
class Sayings:
    """Reads the ``emfair.yaml`` files of the folder `root`, each once it has settled."""

    root: Path
    rules: Rules
    _seen: dict[str, tuple[Stat, float]] = field(default_factory=dict)
    _read: dict[str, tuple[Stat, Notes | BadAnnotations]] = field(default_factory=dict)

    def note(self, there: Mapping[str, Stat], ticks: float) -> None:
        """Note which of them are there, and read those that have settled."""
        self._read = {folder: one for folder, one in self._read.items() if folder in there}
        self._seen = {
            folder: (stat, since)
            if (since := self._since(folder, stat)) is not None
            else (stat, ticks)
            for folder, stat in there.items()
        }
        for folder, (stat, since) in self._seen.items():
            known = self._read.get(folder)
            if ticks - since >= self.rules.settle and (known is None or known[0] != stat):
                self._read[folder] = (stat, self._notes(folder))

    def of(self, session: Session) -> Said:
        """Return what is said of a session."""
        notes, problem = self._of_folder(session.folder)
        where = session.edits.over(notes.where).over(session.found).over(self.rules.default)
        annotations = described(
            notes.annotations,
            title=session.edits.title or notes.where.title,
            operator=session.words.get("operator", ""),
        )
        if not problem and where.missing:
            problem = f"nothing says its {', '.join(where.missing)}"
        return Said(where, annotations, problem)

    def _of_folder(self, folder: str) -> tuple[Notes, str]:
        seen, known = self._seen.get(folder), self._read.get(folder)
        if known is None or seen is None:
            return Notes(), f"{NOTES} is new" if seen else ""
        if isinstance(known[1], BadAnnotations):
            return Notes(), str(known[1])
        return known[1], ""

    def _since(self, folder: str, stat: Stat) -> float | None:
        before = self._seen.get(folder)
        return before[1] if before and before[0] == stat else None

    def _notes(self, folder: str) -> Notes | BadAnnotations:
        try:
            return read_notes(self.root / folder / NOTES)
        except BadAnnotations as error:
            return error
