"""What a person sets: how long a file must rest, how long a session, and where files belong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import Any

from emfair.client.watch.pattern import Pattern
from emfair.errors import BadCall

SETTLE = 60.0
"""Seconds for which size and time of a settled file have not changed."""
GAP = 7200.0
"""Seconds without a new file that end a session."""
COMPANION = 600.0
"""Seconds that a file waits for another one that it cannot be read without."""
_UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Where:
    """Where a session's files belong, and what it is called; empty is unknown."""

    project: str = ""
    proposal: str = ""
    sample: str = ""
    title: str = ""
    instrument: str = ""

    def over(self, other: Where) -> Where:
        """Return this, and of `other` what this does not say."""
        return replace(other, **self.said())

    def said(self) -> dict[str, str]:
        """Return what is known, by name."""
        return {one.name: text for one in fields(self) if (text := getattr(self, one.name))}

    @property
    def missing(self) -> tuple[str, ...]:
        """What must be known before anything can be sent."""
        return tuple(name for name in ("project", "proposal", "sample") if not getattr(self, name))

    @property
    def place(self) -> dict[str, Any]:
        """What cannot be changed of an experiment: another place is another experiment."""
        return {name: text for name, text in self.said().items() if name != "title"}


@dataclass(frozen=True)
class Rules:
    """How a folder is watched; times in seconds.

    Attributes
    ----------
    settle
        For which size and time of a file must not change.
    gap
        Without a new file, that end a session.
    companion
        That a file waits for another one that it cannot be read without.
    pattern
        What the folders' names say.
    default
        Where files belong if nothing else says it.
    """

    settle: float = SETTLE
    gap: float = GAP
    companion: float = COMPANION
    pattern: Pattern = field(default_factory=Pattern)
    default: Where = field(default_factory=Where)

    @property
    def plain(self) -> dict[str, Any]:
        """These rules as what JSON can hold."""
        said = {"pattern": self.pattern.text, "default": self.default.said()}
        return {"settle": self.settle, "gap": self.gap, "companion": self.companion} | said

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Rules:
        """Return the rules that `plain` holds."""
        said = {"pattern": Pattern(plain["pattern"]), "default": Where(**plain["default"])}
        return cls(**(plain | said))


def duration(text: str) -> float:
    """Return the seconds that a person has written.

    >>> duration("90"), duration("10 min"), duration("2h"), duration("1.5d")
    (90.0, 600.0, 7200.0, 129600.0)

    Raises
    ------
    BadCall
        It is no length of time.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?) *([a-z]*)", text.strip().lower())
    if found is None or found[2] not in _UNITS:
        raise BadCall(
            "is no length of time.", subject=text, remedy="Write it like 90, 60s, 10min or 2h."
        )
    return float(found[1]) * _UNITS[found[2]]
