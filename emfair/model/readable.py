"""What is wrong with a text, in words: with a title that people cannot read, or with any text.

What does not belong here: which characters those are (`visible`), and whose title it is.
"""

from __future__ import annotations

from typing import NamedTuple

from emfair.model.visible import control, is_visible, steering


class Unreadable(NamedTuple):
    """What is wrong with a text, and what to do."""

    message: str
    remedy: str


def unreadable(text: str) -> Unreadable | None:
    """Return what is wrong with a text on one line; None if it is seen as what it is."""
    if steers := steering(text):
        return Unreadable(
            f"{text[:80]!a} holds a character (U+{ord(steers):04X}) that cannot be seen "
            "and changes how the text is shown.",
            "Type it anew on one line, without what was pasted along.",
        )
    if not is_visible(text):
        return Unreadable(
            f"{text[:80]!a} has no character that can be seen.", "Type what people shall call it."
        )
    return None


def unwritable(text: str) -> Unreadable | None:
    """Return what is wrong with a text of any number of lines; None if it can be kept as it is."""
    if found := control(text):
        return Unreadable(
            f"holds a control character (U+{ord(found):04X}), which is no part of a text.",
            "Type it anew, without what was pasted along.",
        )
    return None
