"""What the names of folders say: ``{project}/{proposal}/{sample}/{session}``.

What does not belong here: what people say elsewhere (`notes`), and sessions in time (`sessions`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from emfair.errors import BadCall

WORDS = ("project", "proposal", "sample", "session", "operator", "instrument")


@dataclass(frozen=True)
class Group:
    """Files that can be in one session.

    Attributes
    ----------
    folder
        Their common folder below the watched one, with ``/``; empty for the watched one itself.
    words
        What its name says, by the pattern's words.
    whole
        Whether the folder is one session, whatever the pauses: the pattern calls it a session.
    """

    folder: str
    words: dict[str, str] = field(default_factory=dict)
    whole: bool = False


class Pattern:
    """Reads folders' names; ``*`` stands for a folder of any name.

    Without a text each folder in the watched one is a group by itself.

    Raises
    ------
    BadCall
        It has a word that means nothing, one twice, or an empty part.
    """

    def __init__(self, text: str = "") -> None:
        self.text = text.strip("/")
        self._parts = [_compiled(part, text) for part in self.text.split("/")] if text else []
        words = [word for part in self._parts for word in part.groupindex]
        for word in words:
            if word not in WORDS or words.count(word) > 1:
                raise _refused(text, f"{{{word}}} is no word, or stands there twice")

    def group(self, name: str) -> Group:
        """Return the group of the file `name`; one that does not fit says nothing."""
        folders = name.split("/")[:-1]
        found = [part.fullmatch(folder) for part, folder in zip(self._parts, folders, strict=False)]
        if not self._parts or len(found) < len(self._parts) or not all(found):
            return Group("/".join(folders[:1]))
        words = {
            word: text.strip() for one in found if one for word, text in one.groupdict().items()
        }
        return Group("/".join(folders[: len(found)]), words, "session" in words)


def _compiled(part: str, whole: str) -> re.Pattern[str]:
    if not part:
        raise _refused(whole, "one of its parts is empty")
    pieces = re.split(r"(\{\w+\}|\*)", part)
    texts = [
        f"(?P<{piece[1:-1]}>.+?)"
        if piece.startswith("{") and piece.endswith("}")
        else ".*"
        if piece == "*"
        else re.escape(piece)
        for piece in pieces
    ]
    try:
        return re.compile("".join(texts))
    except re.error as error:
        raise _refused(whole, f"it cannot be read ({error})") from error


def _refused(text: str, why: str) -> BadCall:
    return BadCall(
        f"is no pattern: {why}.",
        subject=text,
        remedy="Write folders like {project}/{proposal}/{sample}/{session}, with these words, "
        "{operator}, {instrument} and *.",
    )
