"""Names of files in a table's cells: in as many lines as they need; of the longest both ends.

Files of a session often differ in their last characters only, which a narrow cell would cut off.
What does not belong here: which table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_LINES = 4
"""Of a cell at most."""
_LINE, _AROUND = 20, 15
"""Pixels of a line, and of what is around the lines."""


@dataclass(frozen=True)
class Cell:
    """How wide a cell is, in pixels, and how many characters a line in it holds."""

    width: int
    across: int

    def told(self, names: Sequence[str]) -> list[str]:
        """Return names that fit; of one that is too long both ends, unless it looks like another.

        >>> Cell(80, 10).told(["a.dm3", "a" * 70 + "001.dm3"])
        ['a.dm3', 'aaaaaaaaaaaaaa … aaaaaaaaa001.dm3']
        """
        short = [self._shortened(name) for name in names]
        seen = Counter(short)
        return [one if seen[one] == 1 else name for one, name in zip(short, names, strict=True)]

    def height(self, told: Sequence[str]) -> int | None:
        """Return the pixels that the rows need for names; None if one line holds each.

        Only in rows higher than 64 pixels Streamlit breaks lines; in lower ones it cuts them off.
        """
        longest = max(map(len, told), default=0)
        lines = -(-longest // self.across)
        if lines < 2:
            return None
        spare = 1  # lines break at words: not all of them are full
        return _AROUND + _LINE * min(lines + spare, _LINES)

    def _shortened(self, name: str) -> str:
        most = (_LINES - 1) * self.across + self.across // 4
        if len(name) <= most:
            return name
        half = (most - 3) // 2
        return f"{name[:half].rstrip()} … {name[-half - 2 :].lstrip()}"


MEDIUM, LARGE = Cell(220, 26), Cell(400, 52)
