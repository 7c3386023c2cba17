"""Which characters of a text are seen, and which only steer how the rest is shown.

Joiners and variation selectors within a text are neither: emoji, Persian and the scripts of India
are not written without them. What does not belong here: who refuses such texts, and in which words.
"""

from __future__ import annotations

import unicodedata

JOINERS = frozenset("\u200c\u200d")
"""ZERO WIDTH NON-JOINER and JOINER: no letters, but they tell how letters around them are drawn."""

_STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
"""Embeddings, overrides and isolates of writing direction (UAX #9, 2), and separators of lines."""
_BLANK = frozenset("\u115f\u1160\u2065\u2800\u3164\uffa0")
"""Fillers of Hangul, the empty pattern of Braille: letters and signs by category, but blank."""
_IGNORABLE = (("\ufff0", "\ufff8"), ("\U000e0000", "\U000e0fff"))
"""Unassigned, and to be ignored for good (Unicode, 5.21)."""
_SEEN = ("L", "N", "P", "S", "Co", "Cn")
"""Categories that have a shape of their own; signs newer than Python's tables are unassigned."""


def is_visible(text: str) -> bool:
    r"""Whether anything of a text can be seen.

    >>> is_visible("0"), is_visible("\u200b"), is_visible("\u3164")
    (True, False, False)
    """
    return any(_has_shape(char) for char in text)


def steering(text: str) -> str:
    r"""Return the first character that would steer how the text is shown: C0, C1, bidi; or ``""``.

    >>> steering("a\u202eb") == "\u202e"
    True
    """
    return next(filter(_steers, text), "")


def control(text: str) -> str:
    r"""Return the first character that no text of several lines has; or ``""``.

    >>> control("first\n\tsecond"), control("5\x00 nm") == "\x00"
    ('', True)
    """
    return next((char for char in text if _is_control(char)), "")


def unsteered(text: str) -> str:
    r"""Return a text without what would steer it; empty if nothing of it can be seen.

    >>> unsteered("\u202eztrauq"), unsteered("\u2066\u2069")
    ('ztrauq', '')
    """
    kept = "".join(char for char in text if not _steers(char)).strip()
    return kept if is_visible(kept) else ""


def _has_shape(char: str) -> bool:
    ignorable = (
        char in _BLANK or "\ufff0" <= char <= "\ufff8" or "\U000e0000" <= char <= "\U000e0fff"
    )
    return not ignorable and unicodedata.category(char).startswith(_SEEN)


def _is_control(char: str) -> bool:
    return char not in "\t\n\r" and unicodedata.category(char) in ("Cc", "Cs")


def _steers(char: str) -> bool:
    return char in _STEERING or unicodedata.category(char) == "Cc"
