"""Facts: every metadata value of a measurement, with where it came from."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Source(StrEnum):
    """Who says so. Precedence: form > profile > record > calendar > vendor > derived.

    What is said of all gives way to what a file says of itself (`emfair.nxem.facts.gives_way`).
    """

    FORM = "form"
    PROFILE = "profile"
    RECORD = "record"
    CALENDAR = "calendar"
    VENDOR = "vendor"
    DERIVED = "derived"

    @property
    def rank(self) -> int:
        """0 for the source that wins over all others."""
        return list(Source).index(self)


OF_FILES = frozenset({Source.CALENDAR, Source.VENDOR, Source.DERIVED})
"""Sources that speak for a file; the others are asked anew."""
LEFT_OVER = "often left over from another session: not used"
"""Warning of a value that microscopes keep from one person to the next."""


class Fact(BaseModel):
    """One value of one key (`FIELD` keys of ``emfair/nxem/keys.yaml``).

    Attributes
    ----------
    value_num
        The value in the key's SI unit `unit`; None for text.
    value_text
        Text values, and the plain text of lists; empty for numbers.
    source, source_path, raw
        Who says so, at which tag, in which words (before any unit was converted).
    extractor, extractor_version
        The table or function that read it.
    replaced_by, warning
        Why a value was not used: another source won, or it is odd.
    reason
        Why the other source won; of a derived value, what it was derived from.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    value_num: float | None = None
    value_text: str = ""
    unit: str = ""
    source: Source
    source_path: str = ""
    raw: str = ""
    extractor: str = ""
    extractor_version: str = ""
    replaced_by: str = ""
    reason: str = ""
    warning: str = ""

    @property
    def left_over(self) -> bool:
        """Whether it may be of an earlier session, of another person or sample."""
        return self.warning == LEFT_OVER
