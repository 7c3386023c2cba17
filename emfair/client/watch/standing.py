"""What the spool knows of a session, and of what was sent: values alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from emfair.client.watch.rules import Where
from emfair.model.visible import unsteered


@dataclass(frozen=True)
class Session:
    """A session as it is proposed, or sealed.

    Attributes
    ----------
    folder, words, whole
        Its `Group`.
    first, last
        When its files were written, in seconds since 1970.
    touched
        When something was last new in it.
    experiment, place
        The experiment that its files are sent to, and where that was made; None before.
    deposits, files
        How often it was sealed, and with how many files in all.
    sealed
        When it was sealed; None while files may still be sent.
    asked
        Whether a person has asked to seal it now.
    edits
        What a person has said on the command line.
    noted
        Which annotations were sent last.
    waiting, shipped, refused, only_there
        Numbers of files: that have not been sent, that were since the last seal, that cannot be,
        and that were sent and have been deleted here since.
    """

    id: int
    folder: str
    words: dict[str, str]
    whole: bool
    first: float
    last: float
    touched: float
    experiment: str | None = None
    place: dict[str, str] | None = None
    deposits: int = 0
    files: int = 0
    sealed: float | None = None
    asked: bool = False
    edits: Where = field(default_factory=Where)
    noted: str = ""
    waiting: int = 0
    shipped: int = 0
    refused: int = 0
    only_there: int = 0

    def title(self, root: str) -> str:
        """Return what it is called for want of a title: its folder, and when it began."""
        if self.whole:
            return unsteered(self.words["session"]) or root
        begun = datetime.fromtimestamp(self.first, UTC).astimezone()
        return f"{unsteered(self.folder.rpartition('/')[2]) or root} {begun:%Y-%m-%d %H:%M}"

    @property
    def movable(self) -> bool:
        """Whether its files can still go elsewhere: all of them are here, none is sealed."""
        return not self.deposits and not self.only_there

    @property
    def found(self) -> Where:
        """What the folder's name says."""
        said = {name: text for name, text in self.words.items() if name in Where().__dict__}
        return Where(**said, title=self.words.get("session", ""))


@dataclass(frozen=True)
class Sent:
    """A file in an experiment, on its way there, or to be taken out of it."""

    experiment: str
    path: str
    name: str
    size: int
    mtime_ns: int
    sha256: str
    state: str
