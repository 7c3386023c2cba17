"""Which session a file belongs to: the one of its folder that was going on when it was written.

A session ends where nothing was written for the gap. No hour of the day ends one: a tilt series
may run through the night; who needs such a boundary gives each session a folder, or splits it. A
folder that the pattern calls a ``{session}`` is one session, whatever the pauses.

After its seal a session takes what was written before its last file (a copy that was late), and
what is read together with one of its files. Everything later begins another one. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emfair.client.watch.pattern import Group


@dataclass(frozen=True)
class Span:
    """A session in time (seconds since 1970).

    Attributes
    ----------
    has
        Whether the file in question lies in it sealed, with other bytes: it takes no second one.
    mate
        Whether a file lies in it that is read together with the file in question.
    """

    id: int
    first: float
    last: float
    sealed: bool
    whole: bool = False
    has: bool = False
    mate: bool = False


def session_of(moment: float, group: Group, spans: Iterable[Span], gap: float) -> int | None:
    """Return the session of a file that was written at `moment`; None if it begins one.

    Parameters
    ----------
    spans
        All sessions of the file's folder.
    """
    fitting = [
        (apart, -span.last, span.id)
        for span in spans
        if (apart := _apart(moment, span, group, gap)) is not None
    ]
    return min(fitting)[2] if fitting else None


def _apart(moment: float, span: Span, group: Group, gap: float) -> float | None:
    """Return how far from a session's files a file is in time; None if it is none of them."""
    if span.has:
        return None
    if span.mate or (span.whole and group.whole):
        return 0.0
    apart = max(span.first - moment, moment - span.last, 0.0)
    return apart if apart < (1e-6 if span.sealed else gap) else None
