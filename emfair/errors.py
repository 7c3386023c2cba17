"""Every error emfair raises on purpose, in one tree.

    EmfairError
    ├── BadCall                 the request is wrong                    exit 2
    │   ├── BadName             an identifier or file name we refuse
    │   ├── BadAnnotations      the annotation document does not fit
    │   ├── BadSetting          a setting is missing or contradicts another
    │   ├── BadQuery            SQL that DuckDB refuses, or that takes too much
    │   ├── NotFound            no such experiment, file, table …
    │   │   └── Withdrawn       … any more: it was taken back
    │   ├── Conflict            it exists already, or its state forbids it
    │   │   └── Outdated        … or someone else changed it since it was seen
    │   ├── NoVersion           a change that does not say which version it was made on
    │   ├── TooMuch             more at once than emfair takes
    │   ├── Unauthenticated     nobody is logged in, or the token is no good
    │   └── Forbidden           whoever asks may not do this
    ├── BadData                 the data are bad: never retried          exit 1
    │   ├── UnreadableFile      no reader can read it, or one raised an error on it
    │   │   ├── MissingCompanion … without a file that is not beside it
    │   │   ├── ReaderDied      … or ended its process
    │   │   ├── ReaderHung      … or never ended
    │   │   └── TooLarge        … or needs more memory than it may have
    │   ├── UnsupportedSignal   it was read, but NXem has no place for its shape
    │   └── FixityMismatch      bytes differ from the manifest
    └── Unavailable             a store is sick: retried with growing delays
        ├── Busy                too many ask: try again a little later
        └── Stalled             a sender fell silent before the end: send it again

What does not belong here: how a face shows an error (exit codes, problem+json, notices). Each face
maps this tree once.
"""


class EmfairError(Exception):
    """Says what happened, to what, and what to do.

    Parameters
    ----------
    message : str
        What happened, one sentence.
    subject : str
        The file, field or identifier it happened to; empty if there is none.
    remedy : str
        What the reader can do about it; empty only where nothing can be done.
    """

    def __init__(self, message: str, *, subject: str = "", remedy: str = "") -> None:
        self.message = message
        self.subject = subject
        self.remedy = remedy
        super().__init__(message)

    def __str__(self) -> str:
        head = f"{self.subject}: {self.message}" if self.subject else self.message
        return f"{head} {self.remedy}".rstrip()


def problem_type(kind: type[EmfairError]) -> str:
    """Return what a problem document (RFC 9457) calls an error.

    >>> problem_type(NotFound)
    'urn:emfair:problem:not-found'
    """
    words = "".join(f"-{char.lower()}" if char.isupper() else char for char in kind.__name__)
    return f"urn:emfair:problem:{words.lstrip('-')}"


class BadCall(EmfairError):
    """The request is wrong; sent again unchanged it fails again."""


class BadName(BadCall):
    """An identifier or file name that emfair refuses."""


class BadAnnotations(BadCall):
    """The annotation document does not fit its schema."""


class BadSetting(BadCall):
    """A setting is missing or contradicts another."""


class BadQuery(BadCall):
    """SQL that DuckDB refuses, or that ran past its limits."""


class NotFound(BadCall):
    """What was asked for does not exist."""


class Withdrawn(NotFound):
    """The data were here, and were taken back; what is known about them stays."""


class Conflict(BadCall):
    """It exists already, or its state forbids this."""


class Outdated(Conflict):
    """Someone else has changed it since the version that this change was made on."""


class NoVersion(BadCall):
    """A change to something that many hands change, without the version it was made on."""


class TooMuch(BadCall):
    """More files, bytes or rows at once than emfair takes; in portions it may work."""


class Unauthenticated(BadCall):
    """Nobody is logged in, or what should prove it does not; a token itself is never repeated."""


class Forbidden(BadCall):
    """Who asks is known, and may not do this."""


class BadData(EmfairError):
    """The data are bad: a permanent failure, never retried."""


class UnreadableFile(BadData):
    """No reader can read the file, or the reader crashed on it.

    Parameters
    ----------
    detail : str
        The readers' own exceptions, for engineers; empty where `message` says all.
    """

    def __init__(
        self, message: str, *, subject: str = "", remedy: str = "", detail: str = ""
    ) -> None:
        super().__init__(message, subject=subject, remedy=remedy)
        self.detail = detail


class MissingCompanion(UnreadableFile):
    """The file cannot be read without another one, which is not beside it."""


class ReaderDied(UnreadableFile):
    """The reader ended the process that it ran in."""


class ReaderHung(UnreadableFile):
    """The reader was not done in time."""


class TooLarge(UnreadableFile):
    """Reading the file takes more memory than there is."""


class UnsupportedSignal(BadData):
    """The file was read, but the signal has no place in NXem."""


class FixityMismatch(BadData):
    """Stored bytes differ from what the manifest promises."""


class Unavailable(EmfairError):
    """A store or service did not answer; the same call may succeed later."""


class Busy(Unavailable):
    """Whoever asks has asked too often; a little later the same call is answered."""


class Stalled(Unavailable):
    """Whoever sends a request's body went away, fell silent or was too slow; again it may work."""
