"""Words that are looked for: each one, ``"a phrase"``, and what is left out, ``-word``.

What does not belong here: where they are looked for (`search_sql`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUOTE, _OTHERS = '["“”„‟«»]', '[^"“”„‟«»]'
_TERM = re.compile(rf"(?P<minus>[-−]?){_QUOTE}(?P<phrase>{_OTHERS}*){_QUOTE}(?!\S)|(?P<word>\S+)")


@dataclass(frozen=True)
class Term:
    """A word or a phrase; `wanted` unless it must not be there."""

    text: str
    wanted: bool = True


def terms_of(words: str) -> tuple[Term, ...]:
    """Return what is looked for, and what is left out.

    A quote that nothing closes, and a minus alone or within a word, are read as they stand.

    >>> terms_of('"EELS map" -EDS')
    (Term(text='EELS map', wanted=True), Term(text='EDS', wanted=False))
    """
    found = (_term(match) for match in _TERM.finditer(words))
    return tuple(term for term in found if term.text)


def _term(match: re.Match[str]) -> Term:
    if match["word"] is None:
        return Term(" ".join(match["phrase"].split()), wanted=not match["minus"])
    word = match["word"]
    left_out = len(word) > 1 and word[0] in "-−"
    return Term(word[1:] if left_out else word, wanted=not left_out)
